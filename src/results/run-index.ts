/**
 * `index.jsonl` beside the run folders of a file: what their manifests and summaries say, a line a run, so that thousands are read at once. A cache and
 * nothing else: a line counts while its run's manifest is the file that it was read from; what is missing or damaged is read from the folders again.
 */
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isObject, type JsonObject } from "../experiments/json.ts";
import { jsonText } from "../experiments/json-file.ts";
import { readBounded } from "./bounded-file.ts";
import { recordOf, type RunRecord } from "./run-record.ts";

/** A line of an index. */
export interface IndexedRun {
  /** Of the manifest that it was made of. */
  readonly stamp: string;
  readonly record: RunRecord;
  /** As it stands in the file, without its end. */
  readonly line: Uint8Array;
}

/** A file that is larger is not read, and made again. */
const LARGEST = 2 ** 30;

const LINE_END = 10;

const pathOf = (parent: string): string => join(parent, "index.jsonl");

/** What a record is made of; the rest of a manifest is for those who look at one run. */
const kept = ["name", "label", "id", "file", "question", "status", "started", "finished", "error", "attempt", "engine", "values", "axes"];

/** The line of the run in the folder `name`. */
export const indexLine = (name: string, stamp: string, manifest: JsonObject, summary: JsonObject): Uint8Array => {
  const short = Object.fromEntries(kept.flatMap((key) => (manifest[key] === undefined ? [] : [[key, manifest[key]]])));
  return Buffer.from(jsonText({ folder: name, stamp, manifest: short, summary }));
};

const parsed = (line: Buffer): readonly [string, IndexedRun] | undefined => {
  try {
    const { folder, stamp, manifest, summary } = JSON.parse(line.toString()) as JsonObject;
    if (typeof folder !== "string" || typeof stamp !== "string" || !isObject(manifest)) return undefined;
    return [folder, { stamp, record: recordOf(manifest, summary), line }];
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
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(LINE_END, start);
    const end = found === -1 ? bytes.length : found;
    const entry = parsed(bytes.subarray(start, end));
    if (entry !== undefined) entries.set(...entry);
    start = end + 1;
  }
  return entries;
};

/** Replaces the index in `parent`. Where nothing can be written nothing is: everything is found without it. */
export const writeIndex = (parent: string, lines: Iterable<Uint8Array>): void => {
  const temporary = join(parent, `.index.jsonl.${process.pid}.part`);
  const parts: Uint8Array[] = [];
  for (const line of lines) parts.push(line, Buffer.of(LINE_END));
  try {
    writeFileSync(temporary, Buffer.concat(parts));
    renameSync(temporary, pathOf(parent));
  } catch {
    rmSync(temporary, { force: true });
  }
};
