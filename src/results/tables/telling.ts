/** Which columns tell runs apart. What differs is a column, so that no mean is taken of runs that differ in it. */
import { isSeed } from "../../evaluation/claims/seeds.ts";
import { contentHash } from "../../files/canonical-json.ts";
import type { FoundRun } from "../../runs/reading/read-runs.ts";
import { differing } from "./parameters.ts";
import { runColumns, saySettings, wholeSetting, type RunColumns } from "./run-columns.ts";

/** Facts that a run has where its values ask for them, and that may then be explained by these. */
const asked = /^(?:file|checkpoint) /u;
const stage = /^stage /u;

/** A text for each run: equal where the runs are of one file and have the same cells. */
export const keysOf = (
  runs: readonly FoundRun[],
  { read }: RunColumns,
  names: readonly string[],
): readonly string[] => {
  const cells = names.map(read);
  // A list keeps what is not there as null, which no value of an experiment is.
  return runs.map(({ parent }, i) => JSON.stringify([parent, ...cells.map((column) => column[i])]));
};

/** Whether some runs have equal keys and differ in a column. */
export const splits = (keys: readonly string[], cells: readonly unknown[]): boolean => {
  const first = new Map<string, string>();
  return keys.some((key, i) => {
    const text = JSON.stringify(cells[i]) ?? "";
    const before = first.get(key) ?? text;
    first.set(key, before);
    return before !== text;
  });
};

/** Whether runs that have something have it differently. */
const varies = (cells: readonly unknown[]): boolean => new Set(cells.filter((cell) => cell !== undefined)).size > 1;

/** Facts that differ whatever the values say: the same file with another content, another version. */
const certain = (runs: readonly FoundRun[], { facts, read }: RunColumns): string[] => {
  // A value of its own says it then.
  const engines = runs.some(({ record }) => record.values["engine"] !== record.engine) ? ["engine"] : [];
  return ["version", ...engines, ...facts.filter((name) => asked.test(name))].filter((name) => varies(read(name)));
};

/**
 * Of what the values may explain, that which they do not: runs that are alike in all that is known already, but not in
 * this. In older folders stages and runs have ids alone, which seeds are part of, so that only runs of the same seeds
 * can be compared by them.
 */
const unexplained = (runs: readonly FoundRun[], columns: RunColumns, known: readonly string[]): string[] => {
  const bySeeds = !saySettings(runs);
  const found: string[] = [];
  const others = columns.facts.filter((name) => asked.test(name) && !known.includes(name));
  const stages = columns.facts.filter((name) => stage.test(name));
  for (const name of [...others, ...stages, wholeSetting]) {
    const seeded = bySeeds && !asked.test(name);
    const beside = [...known.filter((other) => seeded || !isSeed(other)), ...found];
    if (splits(keysOf(runs, columns, beside), columns.read(name))) found.push(name);
  }
  return found;
};

/** Whether a value is a part of one that was swept, and the same wherever that is. */
const follows = (runs: readonly FoundRun[], columns: RunColumns, swept: readonly string[], name: string): boolean =>
  swept.some((axis) => name.startsWith(`${axis}/`) && !splits(keysOf(runs, columns, [axis]), columns.read(name)));

/** Names of what was swept, after it of what else differs in values, then of what else decides results. */
export const telling = (runs: readonly FoundRun[], columns: RunColumns = runColumns(runs)): string[] => {
  const swept = runs.flatMap(({ record }) => Object.keys(record.axes));
  const values = differing(runs.map(({ record }) => record.values));
  const apart = values.filter((name) => !follows(runs, columns, swept, name));
  const known = [...new Set([...swept, ...apart, ...certain(runs, columns)])];
  return [...known, ...unexplained(runs, columns, known)];
};

/** A name for each run's setting, beside the runs: those that differ in nothing but seeds have the same. */
export const settingNames = (runs: readonly FoundRun[]): readonly string[] => {
  const columns = runColumns(runs);
  const names = telling(runs, columns).filter((name) => !isSeed(name));
  return keysOf(runs, columns, names).map((key) => contentHash(key).slice(0, 16));
};
