/**
 * All runs below a folder. The truth about a run is its folder; one that is damaged is said to be, and stops none of
 * the others.
 */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Json, JsonObject } from "../../files/json.ts";
import { readBounded, stampOf } from "../../files/regular-file.ts";
import { findRuns, type RunGroup } from "./run-folders.ts";
import { readIndex, writeIndex, type IndexedRun } from "./run-index.ts";
import { recordOf, type RunRecord } from "./run-record.ts";
import { sharedValues } from "./shared-values.ts";

/** A run that could be read. */
export interface FoundRun {
  /** Its folder. */
  readonly folder: string;
  /** The parent of its folder: all runs of one experiment file. */
  readonly parent: string;
  readonly record: RunRecord;
}

/** A folder that should be a run's, and why it could not be read. */
export interface DamagedRun {
  readonly folder: string;
  readonly reason: string;
}

/** What is found below a folder. */
export interface Runs {
  /** By the name of their folders. */
  readonly runs: readonly FoundRun[];
  readonly damaged: readonly DamagedRun[];
}

/** Most bytes of a manifest, and of a summary. */
const LARGEST = 2 ** 23;

/** So many runs are read faster than an index is looked for; with more that it lacks the index is written again. */
const FEW = 64;

const missing = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOENT";

const parse = (bytes: Buffer, name: string): Json => {
  try {
    return JSON.parse(bytes.toString()) as Json;
  } catch {
    throw new SyntaxError(`${name}: expected JSON, got ${bytes.length === 0 ? "nothing" : "something else"}`);
  }
};

const summaryOf = (folder: string): Json => {
  try {
    return parse(readBounded(join(folder, "summary.json"), LARGEST).bytes, "summary.json");
  } catch (error) {
    if (missing(error)) return {};
    throw error;
  }
};

const readRun = (folder: string): IndexedRun => {
  const { bytes, stamp } = readBounded(join(folder, "manifest.json"), LARGEST);
  return { stamp, record: recordOf(parse(bytes, "manifest.json"), summaryOf(folder)) };
};

/**
 * What the folder of one run says now, past all indexes. Errors of the system, `SyntaxError` and `TypeError` for one
 * that is damaged.
 */
export const recordIn = (folder: string): RunRecord => readRun(folder).record;

/** Why a folder could not be read, from what was thrown. */
export const damageOf = (error: unknown, folder: string): string => {
  if (missing(error)) return existsSync(folder) ? "no manifest.json" : "removed while it was read";
  return error instanceof Error ? error.message : String(error);
};

/** The entry, while the manifest that it was made of is still there. */
const valid = (entry: IndexedRun | undefined, folder: string): IndexedRun | undefined => {
  if (entry === undefined) return undefined;
  const facts = statSync(join(folder, "manifest.json"), { throwIfNoEntry: false });
  return facts !== undefined && stampOf(facts) === entry.stamp ? entry : undefined;
};

const readShared = (folder: string, share: (values: JsonObject) => JsonObject): IndexedRun => {
  const { stamp, record } = readRun(folder);
  return { stamp, record: { ...record, values: share(record.values) } };
};

const readGroup = ({ parent, names }: RunGroup): Runs => {
  const share = sharedValues();
  const index = names.length > FEW ? readIndex(parent) : new Map<string, IndexedRun>();
  const runs: FoundRun[] = [];
  const damaged: DamagedRun[] = [];
  const kept: (readonly [string, IndexedRun])[] = [];
  let added = 0;
  for (const name of names) {
    const folder = join(parent, name);
    try {
      const known = valid(index.get(name), folder);
      const read = known ?? readShared(folder, share);
      runs.push({ folder, parent, record: read.record });
      // Of a run at work the manifest changes soon.
      if (read.record.status === "running") continue;
      kept.push([name, read]);
      if (known === undefined) added += 1;
    } catch (error) {
      damaged.push({ folder, reason: damageOf(error, folder) });
    }
  }
  if (names.length > FEW && (added > FEW || index.size > 2 * kept.length)) writeIndex(parent, kept);
  return { runs, damaged };
};

/**
 * Reads all runs of `root`: one run's folder, the folder of one experiment file, or the root of several. Leaves an
 * index where there are many, so that the next reading is fast. `RangeError` when `root` is no folder.
 */
export const readRuns = (root: string): Runs => {
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new RangeError(`runs: expected a folder, got "${root}"; name the folder that runs were written to`);
  }
  const groups = findRuns(root).map(readGroup);
  return { runs: groups.flatMap(({ runs }) => runs), damaged: groups.flatMap(({ damaged }) => damaged) };
};

/**
 * Leaves an index in the folder of one experiment file where it has many runs, so that whoever reads them next need
 * not read them one by one.
 */
export const indexRuns = (parent: string): void => void readRuns(parent);
