/**
 * The data that tasks name besides JSON lines: found or downloaded, and made into JSON lines that each thread can read.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";
import { stat } from "node:fs/promises";
import { fetchFromHub, type HubOptions } from "../../policies/checkpoints/hub/hub.ts";
import { foreignSources, type Columns, type DataSource, type ForeignSource } from "../../tasks/prompts/data-source.ts";
import type { Made } from "../file/refusals.ts";
import { canonicalJson, contentHash } from "../../files/canonical-json.ts";

/** Files of JSON lines by `dataKey`; what could not be read, with the reason. */
export type TaskData = ReadonlyMap<string, Made<string>>;

/** Most bytes of a file, or of all files of a dataset. */
const largest = 2 ** 33;

/** Changes with what is written of the same files. */
const FORM = 1;

/** What of a source a task reads. */
export const dataKey = ({ source, columns }: ForeignSource): string => canonicalJson([source, columns]);

/** Where files are kept that were made of others: a folder of the user's cache (`XDG_CACHE_HOME`). */
const kept = (): string => join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "retort", "data");

const hashOf = async (path: string): Promise<string> => {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
};

const checkSizes = async (paths: readonly string[]): Promise<void> => {
  let bytes = 0;
  for (const path of paths) {
    const facts = await stat(path).catch((cause: unknown) => {
      throw new RangeError(`${path}: expected a Parquet file, got none that can be read: ${(cause as Error).message}`, {
        cause,
      });
    });
    if (!facts.isFile()) throw new RangeError(`${path}: expected a Parquet file, got something else`);
    bytes += facts.size;
    if (bytes > largest) throw new RangeError(`${path}: expected at most ${largest} bytes, got ${bytes}`);
  }
};

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    (facts) => facts.isFile(),
    () => false,
  );

/** The file of JSON lines that Parquet files are made into, once. */
const linesOf = async (paths: readonly string[], columns: Columns): Promise<string> => {
  await checkSizes(paths);
  const id = contentHash({ form: FORM, columns, files: await Promise.all(paths.map(hashOf)) });
  const target = join(kept(), id, `${basename(paths[0]!).replace(/\.parquet$/iu, "")}.jsonl`);
  if (!(await isThere(target))) {
    // The database takes a while to load, and few files name such data.
    const { writeParquetLines } = await import("./parquet-lines.ts");
    await writeParquetLines(paths, columns, target);
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
  const plain = paths.filter((path) => path.endsWith(".jsonl"));
  if (plain.length === 0) return linesOf(paths, columns);
  if (paths.length === 1) return paths[0]!;
  throw new RangeError(
    `${source.hub!.dataset}: expected Parquet files, or one file of JSON lines, got ${source.hub!.files.join(", ")}`,
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
