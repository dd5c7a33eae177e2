/**
 * Parameters and metrics of runs, joined: a row a run, a column for each parameter that tells them apart and for each
 * metric.
 */
import type { Json } from "../../files/json.ts";
import { differing, finderOf } from "./parameters.ts";
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
  /** Pointers. */
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
  readonly metrics?: readonly string[] | undefined;
}

/** Of runs with one id in one folder the one that ended last: their results are of the same trial. */
const newest = (runs: readonly FoundRun[]): FoundRun[] => {
  const byId = new Map<string, FoundRun>();
  for (const run of runs) {
    const key = `${run.parent}\n${run.record.id}`;
    const other = byId.get(key);
    if (other === undefined || (other.record.finished ?? "") < (run.record.finished ?? "")) byId.set(key, run);
  }
  return [...byId.values()];
};

/** Pointers of what was swept, and after it of what else differs. */
export const telling = (runs: readonly FoundRun[]): string[] => {
  const swept = runs.flatMap(({ record }) => Object.keys(record.axes));
  return [...new Set([...swept, ...differing(runs.map(({ record }) => record.values))])];
};

const metricNames = (runs: readonly FoundRun[]): string[] => {
  const names = new Set(runs.flatMap(({ record }) => Object.keys(record.metrics)));
  const known = ["accuracy", "reward", "loss"].filter((name) => names.delete(name));
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
  const parameters = columns.parameters ?? telling(runs);
  const metrics = columns.metrics ?? metricNames(runs);
  const finders = parameters.map((pointer) => [pointer, finderOf(pointer)] as const);
  const rows = runs.map((run) => ({
    run,
    parameters: finders.map(([pointer, find]) =>
      Object.hasOwn(run.record.axes, pointer) ? run.record.axes[pointer] : find(run.record.values),
    ),
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
