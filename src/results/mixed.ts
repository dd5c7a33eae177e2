/** What runs of one experiment file differ in that neither its sweep, nor its variants, nor their seeds explain. */
import { isSeed } from "../evaluation/claims/seeds.ts";
import { parsePointer } from "../files/json.ts";
import type { FoundRun } from "../runs/reading/read-runs.ts";
import { runColumns, saySettings, type RunColumns } from "./tables/run-columns.ts";
import { keysOf, splits, telling } from "./tables/telling.ts";

/**
 * Parts of a file that decide other parts' values: a stage has the file's task and engine, a task may have a model's
 * tokenizer.
 */
const deciders = { stage: ["stages", "task", "engine"], tokenizer: ["student", "stages", "task"] } as const;

/** The parts of the file in which an axis can decide a column; none for what no value of the file decides. */
const partsOf = (name: string): readonly string[] => {
  if (name.startsWith("stage ")) return deciders.stage;
  const [first] = name.startsWith("/") ? parsePointer(name) : [];
  return first === undefined ? [] : first === "tokenizer" ? [first, ...deciders.tokenizer] : [first];
};

/** Stages that runs of the same seeds start from in other forms: they differ whatever else does. */
const changedStages = (runs: readonly FoundRun[], columns: RunColumns): string[] => {
  const bySeed = keysOf(runs, columns, saySettings(runs) ? [] : ["/seed", "/taskSeed"]);
  return columns.facts.filter((name) => {
    if (!name.startsWith("stage ")) return false;
    // Which stages a run starts from is said by its values.
    const known = columns.read(name).flatMap((cell, i) => (cell === undefined ? [] : [[bySeed[i]!, cell] as const]));
    return splits(
      known.map(([key]) => key),
      known.map(([, cell]) => cell),
    );
  });
};

/**
 * Columns in which the runs differ though neither their variant nor what was swept says so: the file, its code or its
 * data was changed between them, or values were set on the command line. Runs that differ in one are not to be compared
 * as if they did not.
 */
export const mixedIn = (runs: readonly FoundRun[]): readonly string[] => {
  const columns = runColumns(runs);
  const swept = new Set(runs.flatMap(({ record }) => Object.keys(record.axes)));
  const sweptParts = new Set([...swept].map((axis) => parsePointer(axis)[0]));
  const variants = runs.map(({ parent, record }) => JSON.stringify([parent, record.name]));
  const axes = keysOf(
    runs,
    columns,
    [...swept].filter((axis) => !isSeed(axis)),
  );
  const settings = axes.map((key, i) => variants[i]! + key);
  const explained = (name: string): boolean => {
    const cells = columns.read(name);
    if (splits(settings, cells)) return false;
    const parts = partsOf(name);
    return parts.length > 0 && (parts.some((part) => sweptParts.has(part)) || !splits(variants, cells));
  };
  return [...new Set([...telling(runs, columns), ...changedStages(runs, columns)])].filter(
    (name) => !isSeed(name) && !swept.has(name) && !explained(name),
  );
};

/** Says to people that runs are mixed, and in what; nothing where they are not. */
export const mixedText = (names: readonly string[]): string | undefined =>
  names.length === 0
    ? undefined
    : `These runs differ in more than their seeds and what was swept: ${names.slice(0, 12).join(", ")}` +
      `${names.length > 12 ? ` and ${names.length - 12} more` : ""}. Those that differ are told apart; no mean is ` +
      "taken over them, and no claim compares them.";
