/**
 * Parameters and metrics of runs, joined: a row a run, a column for each parameter that tells them apart and for each
 * metric.
 */
import type { Json } from "../../files/json.ts";
import { runColumns, wholeSetting } from "./run-columns.ts";
import { telling } from "./telling.ts";
import { heldOutReward } from "../../training/recipe/headline.ts";
import type { FoundRun } from "../../runs/reading/read-runs.ts";

/** One run. */
export interface ResultRow {
  readonly run: FoundRun;
  /** Beside `parameters` of the table. */
  readonly parameters: readonly (Json | undefined)[];
  /** Beside `metrics` of the table. */
  readonly metrics: readonly (number | undefined)[];
}

/** Runs side by side. */
export interface JoinedRuns {
  /** Pointers, and names of what else decides results, such as `version` and `file reward.ts`. */
  readonly parameters: readonly string[];
  /** Names. */
  readonly metrics: readonly string[];
  readonly rows: readonly ResultRow[];
}

/** Finished runs side by side. */
export interface ResultTable extends JoinedRuns {
  /** Runs that are not done, and those that were done again later. */
  readonly leftOut: { readonly unfinished: number; readonly repeated: number };
}

/** Which columns a table has; those that are left out are found. */
export interface Columns {
  readonly parameters?: readonly string[] | undefined;
  /** Parameters that come first where `parameters` is left out, whether runs differ in them or not. */
  readonly first?: readonly string[] | undefined;
  readonly metrics?: readonly string[] | undefined;
}

/**
 * Of runs of one trial in one folder the one that ended last: those of one id that nothing tells apart. An id does not
 * hold the engine.
 */
export const newest = (runs: readonly FoundRun[]): FoundRun[] => {
  const { facts, read } = runColumns(runs);
  const cells = facts.filter((name) => name !== wholeSetting).map(read);
  const byId = new Map<string, FoundRun>();
  runs.forEach((run, i) => {
    const key = JSON.stringify([run.parent, run.record.id, ...cells.map((column) => column[i])]);
    const other = byId.get(key);
    if (other === undefined || (other.record.finished ?? "") < (run.record.finished ?? "")) byId.set(key, run);
  });
  return [...byId.values()];
};

const metricNames = (runs: readonly FoundRun[]): string[] => {
  const names = new Set(runs.flatMap(({ record }) => Object.keys(record.metrics)));
  const known = ["accuracy", heldOutReward, "reward", "loss"].filter((name) => names.delete(name));
  return [...known, ...[...names].toSorted()];
};

const rank = (value: Json | undefined): number => {
  if (value === undefined || value === null) return 2;
  return typeof value === "number" ? 0 : 1;
};

/** Numbers by size, then texts, then what is not there. */
export const compareValues = (a: Json | undefined, b: Json | undefined): number => {
  if (a === b) return 0;
  if (typeof a === "number" && typeof b === "number") return a - b || Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  const [left, right] = [JSON.stringify(a) ?? "", JSON.stringify(b) ?? ""];
  return left < right ? -1 : Number(left > right);
};

/** Joins runs, file after file, sorted by their parameters from left to right. */
export const joinedRuns = (runs: readonly FoundRun[], columns: Columns = {}): JoinedRuns => {
  const known = runColumns(runs);
  const parameters = columns.parameters ?? [...new Set([...(columns.first ?? []), ...telling(runs, known)])];
  const metrics = columns.metrics ?? metricNames(runs);
  const cells = parameters.map(known.read);
  const rows = runs.map((run, i) => ({
    run,
    parameters: cells.map((column) => column[i]),
    metrics: metrics.map((name) => run.record.metrics[name]),
  }));
  rows.sort((a, b) => {
    if (a.run.parent !== b.run.parent) return a.run.parent < b.run.parent ? -1 : 1;
    for (let i = 0; i < parameters.length; i += 1) {
      const order = compareValues(a.parameters[i], b.parameters[i]);
      if (order !== 0) return order;
    }
    return a.run.folder < b.run.folder ? -1 : 1;
  });
  return { parameters, metrics, rows };
};

/** Joins the runs that are done, each once. */
export const resultTable = (runs: readonly FoundRun[], columns: Columns = {}): ResultTable => {
  const done = runs.filter(({ record }) => record.status === "done");
  const chosen = newest(done);
  const leftOut = { unfinished: runs.length - done.length, repeated: done.length - chosen.length };
  return { ...joinedRuns(chosen, columns), leftOut };
};
