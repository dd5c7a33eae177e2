/**
 * The data that tasks name besides plain JSON lines: found or downloaded, and made into JSON lines that each thread
 * can read.
 */
import { Readable, pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";
import { stat } from "node:fs/promises";
import { fetchFromHub, type HubOptions } from "../../policies/checkpoints/hub/hub.ts";
import { foreignSources, type Columns, type DataSource, type ForeignSource } from "../../tasks/prompts/data-source.ts";
import { jsonLinesLimits } from "../../tasks/prompts/json-lines.ts";
import { writeWhole } from "../../files/atomic-file.ts";
import { fileBytes, fileHash } from "../../files/regular-file.ts";
import type { TableKind } from "./table-lines.ts";
import type { Made } from "../file/refusals.ts";
import { canonicalJson, contentHash } from "../../files/canonical-json.ts";
import { nearPath } from "../../files/near-name.ts";

/** Files of JSON lines by `dataKey`; what could not be read, with the reason. */
export type TaskData = ReadonlyMap<string, Made<string>>;

/** Most bytes of a file, or of all files of a dataset. */
const largest = 2 ** 33;

/** Changes with what is written of the same files. */
const FORM = 1;

/** How files are written: lines that are packed, or a table. */
type Kind = "jsonl" | TableKind;

const endings = /\.(parquet|jsonl|csv|tsv)(?:\.gz)?$/iu;

/** How the file is written, by its name. */
export const kindOf = (path: string): Kind => endings.exec(path)![1]!.toLowerCase() as Kind;

/**
 * What an error says of a file of JSON lines that was made of a source, said of the source itself: a table's rows are
 * counted without its first line.
 */
export const inSource = (message: string, lines: string, { path, hub }: DataSource, folder: string): string => {
  const name = path === undefined ? `${hub!.dataset}/${hub!.files.join(", ")}` : resolve(folder, path);
  const isTable = kindOf(path ?? hub!.files[0]!) !== "jsonl";
  return message.replaceAll(`${lines}: `, `${name}: `).replaceAll(`${lines}:`, isTable ? `${name}: row ` : `${name}:`);
};

/** What of a source a task reads. */
export const dataKey = ({ source, columns }: ForeignSource): string => canonicalJson([source, columns]);

/** Where files are kept that were made of others: a folder of the user's cache (`XDG_CACHE_HOME`). */
const kept = (): string => join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "retort", "data");

const checkSizes = async (paths: readonly string[]): Promise<void> => {
  let bytes = 0;
  for (const path of paths) {
    const facts = await stat(path).catch((cause: unknown) => {
      const near = nearPath(path);
      const { code, message } = cause as NodeJS.ErrnoException;
      const got = code === "ENOENT" ? "none" : `none that can be read: ${message}`;
      throw new RangeError(
        near === undefined
          ? `${path}: expected a file, such as a table of prompt and reference, got ${got}`
          : `${path}: expected a file, got ${got}; did you mean ${near}?`,
        { cause },
      );
    });
    if (!facts.isFile()) throw new RangeError(`${path}: expected a file, got something else`);
    bytes += facts.size;
    if (bytes > largest) throw new RangeError(`${path}: expected at most ${largest} bytes, got ${bytes}`);
  }
};

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    (facts) => facts.isFile(),
    () => false,
  );

/** What a gzip file holds, as long as a task can read so much. */
async function* unpacked(path: string): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    const gunzip = createGunzip();
    // What ends it, the loop throws.
    pipeline(Readable.from(fileBytes(path, largest)), gunzip, () => undefined);
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > jsonLinesLimits.bytes)
        throw new RangeError(`expected at most ${jsonLinesLimits.bytes} bytes when it is unpacked, got more`);
      yield chunk;
    }
  } catch (cause) {
    throw new RangeError(`${path}: ${(cause as Error).message}`, { cause });
  }
}

/** The file of JSON lines that files are made into, once. */
const linesOf = async (paths: readonly string[], columns: Columns): Promise<string> => {
  await checkSizes(paths);
  const kind = kindOf(paths[0]!);
  const hashes = await Promise.all(paths.map(fileHash));
  const id = contentHash({ form: FORM, columns, files: hashes, ...(kind === "parquet" ? {} : { kind }) });
  const target = join(kept(), id, `${basename(paths[0]!).replace(endings, "")}.jsonl`);
  if (await isThere(target)) return target;
  if (kind === "jsonl") await writeWhole(target, unpacked(paths[0]!));
  else {
    // The database takes a while to load, and few files name such data.
    const { writeTableLines } = await import("./table-lines.ts");
    await writeTableLines(kind, paths, columns, target);
  }
  return target;
};

const filesOf = async ({ path, hub }: DataSource, folder: string, options: HubOptions): Promise<readonly string[]> => {
  if (hub === undefined) return [resolve(folder, path!)];
  const { dataset: name, revision, files } = hub;
  const found: string[] = [];
  for (const file of files)
    found.push(await fetchFromHub({ type: "dataset", name, revision, file }, { ...options, largest }));
  return found;
};

const find = async ({ source, columns }: ForeignSource, folder: string, options: HubOptions): Promise<string> => {
  const paths = await filesOf(source, folder, options);
  const forms = new Set(paths.map((path) => endings.exec(path)![0].toLowerCase()));
  const [form] = forms;
  if (form === ".jsonl" && paths.length === 1) return paths[0]!;
  if (forms.size === 1 && (paths.length === 1 || kindOf(paths[0]!) !== "jsonl")) return linesOf(paths, columns);
  throw new RangeError(
    `${source.hub!.dataset}: expected tables of one form, or one file of JSON lines, got ` +
      source.hub!.files.join(", "),
  );
};

/**
 * Finds the data of tasks, whose paths count from `folder`; datasets are downloaded unless they are in the cache. What
 * cannot be read is a reason in its entry; an aborted signal's reason is thrown.
 */
export const readTaskData = async (
  tasks: readonly object[],
  folder: string,
  hub: HubOptions = {},
): Promise<TaskData> => {
  const found = new Map<string, Made<string>>();
  for (const task of tasks) {
    for (const source of foreignSources(task)) {
      const key = dataKey(source);
      if (found.has(key)) continue;
      try {
        found.set(key, { part: await find(source, folder, hub) });
      } catch (error) {
        hub.signal?.throwIfAborted();
        found.set(key, { message: error instanceof Error ? error.message : String(error) });
      }
    }
  }
  return found;
};
