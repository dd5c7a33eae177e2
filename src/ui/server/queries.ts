/** What a request asks for in its address. */
import type { Context } from "hono";
import type { WatchedRun, WatchedRuns } from "../answering/watched-runs.ts";

/** A request that asks for what is not there, or in the wrong way. */
export class QueryError extends Error {
  readonly status: 400 | 404;

  constructor(status: 400 | 404, message: string) {
    super(message);
    this.status = status;
  }
}

/** Most entries of a list, and characters of a text. */
const [mostEntries, longestText] = [500, 10_000];

/** A text; nothing where there is none. `QueryError` for one that is too long. */
export const textIn = (context: Context, name: string): string | undefined => {
  const text = context.req.query(name);
  if (text !== undefined && text.length > longestText)
    throw new QueryError(400, `${name}: expected at most ${longestText} characters, got ${text.length}`);
  return text;
};

/** A list of texts, as JSON; empty where there is none. `QueryError` for another value. */
export const listIn = (context: Context, name: string): readonly string[] => {
  const text = context.req.query(name);
  if (text === undefined) return [];
  const refused = new QueryError(400, `${name}: expected a JSON list of at most ${mostEntries} texts, got another`);
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    throw refused;
  }
  if (!Array.isArray(list) || list.length > mostEntries || !list.every((entry) => typeof entry === "string"))
    throw refused;
  return list;
};

/** A whole number from 0; nothing where there is none. `QueryError` for another text. */
export const numberIn = (context: Context, name: string): number | undefined => {
  const text = context.req.query(name);
  if (text === undefined || text === "") return undefined;
  const number = Number(text);
  if (!/^\d{1,9}$/u.test(text)) throw new QueryError(400, `${name}: expected a whole number, got another text`);
  return number;
};

/** The run of a key. `QueryError` where there is none: it may have been removed. */
export const runNamed = (runs: WatchedRuns, key: string | undefined): WatchedRun => {
  const run = runs.runs.get(key ?? "");
  if (run !== undefined) return run;
  throw new QueryError(404, `run: expected the folder of a run, got ${JSON.stringify(key ?? "")}; it may be removed`);
};

/** The runs of keys that are there, in their order, and the keys of the others. */
export const runsNamed = (
  runs: WatchedRuns,
  keys: readonly string[],
): { readonly found: readonly WatchedRun[]; readonly missing: readonly string[] } => ({
  found: keys.flatMap((key) => runs.runs.get(key) ?? []),
  missing: keys.filter((key) => !runs.runs.has(key)),
});
