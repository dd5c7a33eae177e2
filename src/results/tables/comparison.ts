/** Runs side by side: what was asked of each and what came out, and whether they are the same to the bit. */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../../files/json.ts";
import { jsonText } from "../../files/json-file.ts";
import { fileHash } from "../../files/regular-file.ts";
import { flattened } from "./parameters.ts";
import { runColumns, wholeSetting } from "./run-columns.ts";
import type { FoundRun } from "../../runs/reading/read-runs.ts";

/**
 * One parameter, by its pointer or the name of what else decides the result, or one metric, by its name, in each of
 * the runs.
 */
export interface ComparedRow {
  readonly name: string;
  /** In the order of the runs; nothing where a run does not have it. */
  readonly values: readonly (Json | undefined)[];
  readonly same: boolean;
}

/** What several runs have in common and what not; differences come first. */
export interface Comparison {
  readonly parameters: readonly ComparedRow[];
  readonly metrics: readonly ComparedRow[];
  /** Files of results that are the same to the byte in all runs, and those that are not, or are missing in some. */
  readonly files: { readonly same: readonly string[]; readonly different: readonly string[] };
}

/** Files that hold no times and no paths. */
const compared = ["metrics.jsonl", "rollouts.jsonl", join("student", "model.safetensors")];

const rows = (columns: readonly ReadonlyMap<string, Json>[]): ComparedRow[] => {
  const names = [...new Set(columns.flatMap((column) => [...column.keys()]))];
  const all = names.map((name) => {
    const values = columns.map((column) => column.get(name));
    const texts = new Set(values.map((value) => (value === undefined ? undefined : jsonText(value))));
    return { name, values, same: texts.size === 1 };
  });
  return [...all.filter(({ same }) => !same), ...all.filter(({ same }) => same)];
};

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

const alike = async (folders: readonly string[], file: string): Promise<boolean | undefined> => {
  const paths = folders.map((folder) => join(folder, file));
  const there = paths.filter(isFile);
  if (there.length === 0) return undefined;
  if (there.length < paths.length || new Set(paths.map((path) => statSync(path).size)).size > 1) return false;
  const hashes = new Set<string>();
  for (const path of paths) hashes.add(await fileHash(path));
  return hashes.size === 1;
};

/** Values of each run, and what else decides its result. */
const askedOf = (runs: readonly FoundRun[]): ReadonlyMap<string, Json>[] => {
  const { facts, read } = runColumns(runs);
  const columns = facts.filter((name) => name !== wholeSetting).map((name) => [name, read(name)] as const);
  return runs.map(({ record }, i) => {
    const known = columns.flatMap(([name, cells]) => (cells[i] === undefined ? [] : [[name, cells[i]] as const]));
    return new Map([...flattened(record.values), ...known]);
  });
};

/** Compares two runs or more. Errors of the system for files that cannot be read. */
export const compareRuns = async (runs: readonly FoundRun[]): Promise<Comparison> => {
  const folders = runs.map(({ folder }) => folder);
  const files: { same: string[]; different: string[] } = { same: [], different: [] };
  for (const file of compared) {
    const same = await alike(folders, file);
    if (same !== undefined) files[same ? "same" : "different"].push(file);
  }
  return {
    parameters: rows(askedOf(runs)),
    metrics: rows(runs.map(({ record }) => new Map(Object.entries(record.metrics)))),
    files,
  };
};
