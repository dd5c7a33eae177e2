/**
 * `index.jsonl` beside the run folders of a file: what their manifests and summaries say, a line a run, so that thousands are read at once. A cache and
 * nothing else: a line counts while its run's manifest is the file that it was read from; what is missing or damaged is read from the folders again.
 *
 * Most of what the runs of a file say is the same. Each such part stands once, under a number in the `parts` of the line that has it first, and `[number]`
 * stands for it in that line and after it. Records that are read share their parts, so that they are small and soon compared.
 */
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isObject, type Json, type JsonObject } from "../experiments/json.ts";
import { jsonText } from "../experiments/json-file.ts";
import { readBounded } from "./bounded-file.ts";
import { checkLevels, factsOf, type RunRecord } from "./run-record.ts";

/** A run in an index. */
export interface IndexedRun {
  /** Of the manifest that it was made of. */
  readonly stamp: string;
  readonly record: RunRecord;
}

/** A file that is larger is not read, and made again. */
const LARGEST = 2 ** 30;

const LINE_END = 10;

const pathOf = (parent: string): string => join(parent, "index.jsonl");

type Parts = Map<Json, Json>;

/** The part that `[number]` stands for; scalars stand for themselves. */
const resolved = (value: Json | undefined, parts: Parts): Json => {
  if (typeof value !== "object" || value === null) return value ?? null;
  const part = Array.isArray(value) ? parts.get((value as readonly Json[])[0]!) : undefined;
  if (part === undefined) throw new TypeError(`index: expected the number of a part that stands before, got ${jsonText(value)}`);
  return part;
};

const learn = (fresh: Json | undefined, parts: Parts): void => {
  if (!isObject(fresh)) return;
  for (const [number, part] of Object.entries(fresh)) {
    checkLevels(part, "index");
    parts.set(Number(number), part);
  }
};

const resolveAll = (values: Json | undefined, parts: Parts): JsonObject => {
  if (!isObject(values)) throw new TypeError("index: expected values, got none");
  const whole = values as Record<string, Json>;
  // In place: each key is the object's own, so that one called `__proto__` is a key like the others.
  for (const key in whole) whole[key] = resolved(whole[key], parts);
  return whole;
};

const parsed = (line: Buffer, parts: Parts): readonly [string, IndexedRun] | undefined => {
  try {
    const { folder, stamp, parts: fresh, about, values, manifest, summary = {} } = JSON.parse(line.toString()) as JsonObject;
    if (typeof folder !== "string" || typeof stamp !== "string" || !isObject(manifest)) return undefined;
    learn(fresh, parts);
    const shared = resolved(about, parts);
    if (!isObject(shared)) return undefined;
    return [folder, { stamp, record: { ...factsOf({ ...shared, ...manifest }, summary), values: resolveAll(values, parts) } }];
  } catch {
    return undefined;
  }
};

/** The lines of the index in `parent` by the folder's name; none where there is no index. Of two lines for one folder the last counts. */
export const readIndex = (parent: string): ReadonlyMap<string, IndexedRun> => {
  const entries = new Map<string, IndexedRun>();
  let bytes: Buffer;
  try {
    ({ bytes } = readBounded(pathOf(parent), LARGEST));
  } catch {
    return entries;
  }
  const parts: Parts = new Map();
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(LINE_END, start);
    const end = found === -1 ? bytes.length : found;
    const entry = parsed(bytes.subarray(start, end), parts);
    if (entry !== undefined) entries.set(...entry);
    start = end + 1;
  }
  return entries;
};

/** Gives the places of parts: a part that is met again, as the same object or as an equal one, has the number that it was given first. */
const numbering = (): ((value: Json, fresh: Record<number, Json>) => Json) => {
  const numbers = new Map<Json, number>();
  let next = 0;
  return (value, fresh) => {
    if (typeof value !== "object" || value === null) return value;
    const known = numbers.get(value);
    if (known !== undefined) return [known];
    const text = jsonText(value);
    const number = numbers.get(text) ?? next;
    if (number === next) {
      next += 1;
      fresh[number] = value;
    }
    numbers.set(text, number).set(value, number);
    return [number];
  };
};

function* linesOf(runs: Iterable<readonly [string, IndexedRun]>): Generator<string> {
  const place = numbering();
  for (const [folder, { stamp, record }] of runs) {
    const { name, label, file, question, engine, values, milliseconds, metrics, ...manifest } = record;
    const parts: Record<number, Json> = {};
    const about = place({ name, label, file, question, engine: { name: engine } }, parts);
    const places = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, place(value, parts)]));
    const fresh = Object.keys(parts).length > 0 ? { parts } : {};
    yield `${jsonText({ folder, stamp, ...fresh, about, values: places, manifest, summary: { milliseconds, metrics } })}\n`;
  }
}

/** Replaces the index in `parent` by one of these runs, by the names of their folders. Where nothing can be written nothing is: all is found without it. */
export const writeIndex = (parent: string, runs: Iterable<readonly [string, IndexedRun]>): void => {
  const temporary = join(parent, `.index.jsonl.${process.pid}.part`);
  try {
    writeFileSync(temporary, [...linesOf(runs)].join(""));
    renameSync(temporary, pathOf(parent));
  } catch {
    rmSync(temporary, { force: true });
  }
};
