/** Runs as rows of a table. */
import { join } from "node:path";
import { parseObject, type Json, type JsonObject } from "../../files/json.ts";
import { lastText } from "../../files/regular-file.ts";
import { metricsIn } from "../../runs/reading/run-record.ts";
import { runColumns, type RunColumns } from "../../results/tables/run-columns.ts";
import { telling } from "../../results/tables/telling.ts";
import { headlineOf } from "../../training/recipe/headline.ts";
import type { Column, RunList, RunRow, Value } from "../answers.ts";
import type { WatchedRun, WatchedRuns } from "./watched-runs.ts";

/** Bytes at the end of a file of lines in which the last ones are looked for, and steps whose pace counts. */
const [tailBytes, pacedSteps] = [2 ** 16, 20];

/** Columns that are offered: a run has hundreds of values and dozens of metrics. */
const mostColumns = 500;

/** What changes while a run is at work. */
interface Progress {
  readonly step: number;
  readonly left: number | undefined;
  readonly milliseconds: number | undefined;
  readonly metrics: Readonly<Record<string, number>>;
}

const lastLines = (folder: string, name: string): JsonObject[] =>
  lastText(join(folder, name), tailBytes)
    .split("\n")
    .slice(0, -1)
    .flatMap((text) => {
      const line = parseObject(text);
      return line === undefined ? [] : [line];
    });

const numberOf = (value: Json | undefined): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;

const stepsOf = ({ record: { values } }: WatchedRun): number | undefined => {
  const training = values["training"];
  const steps = typeof training === "object" && training !== null && !Array.isArray(training) ? training : {};
  return numberOf((steps as JsonObject)["steps"]);
};

const progressOf = (run: WatchedRun): Progress => {
  const { record, folder } = run;
  const steps = stepsOf(run);
  const { metrics, milliseconds } = record;
  if (record.status === "done") return { step: steps ?? 0, left: undefined, milliseconds, metrics };
  const lines = lastLines(folder, "metrics.jsonl");
  const last = (kind: string): JsonObject => lines.findLast((line) => line["kind"] === kind) ?? {};
  const step = numberOf(last("step")["step"]) ?? 0;
  const times = lastLines(folder, "timings.jsonl").flatMap((line) => numberOf(line["milliseconds"]) ?? []);
  const paced = times.slice(-pacedSteps);
  const pace = paced.reduce((sum, time) => sum + time, 0) / paced.length;
  const trains = record.status === "running" && steps !== undefined && paced.length > 0;
  return {
    step,
    left: trains ? Math.max(0, steps - step) * pace : undefined,
    milliseconds,
    metrics: { ...metrics, ...metricsIn(last("step")), ...metricsIn(last("evaluation")) },
  };
};

/** A number that JSON lacks by its name. */
const cellOf = (value: Json | undefined): Value | null =>
  typeof value === "number" && !Number.isFinite(value) ? String(value) : (value ?? null);

/** Rows, and what they are made of, as long as the runs stay as they are. */
export class RunRows {
  readonly #runs: WatchedRuns;
  readonly #progress = new Map<string, { readonly of: string; readonly progress: Progress }>();
  #columns: { readonly version: number; readonly columns: readonly Column[] } | undefined;

  constructor(runs: WatchedRuns) {
    this.#runs = runs;
  }

  /** All runs, newest first, with the cells of the columns that are named. Unknown names have empty cells. */
  list(names: readonly string[]): RunList {
    const runs = [...this.#runs.runs.values()].toSorted(byStart);
    for (const key of this.#progress.keys()) if (!this.#runs.runs.has(key)) this.#progress.delete(key);
    const { root, damaged } = this.#runs;
    return { root, damaged, names, rows: this.rows(runs, names), columns: this.#columnsOf(runs) };
  }

  /** Some of the runs, in their order. */
  rows(runs: readonly WatchedRun[], names: readonly string[] = []): RunRow[] {
    const columns = names.length === 0 ? undefined : runColumns(runs);
    const cells = columns === undefined ? [] : names.map((name) => this.#cells(runs, columns, name));
    return runs.map((run, i) => ({ ...this.#row(run), cells: cells.map((column) => column[i]!) }));
  }

  #progressOf(run: WatchedRun): Progress {
    const of = `${run.stamp} ${run.sizes} ${run.record.status}`;
    const known = this.#progress.get(run.key);
    if (known?.of === of) return known.progress;
    const progress = progressOf(run);
    this.#progress.set(run.key, { of, progress });
    return progress;
  }

  #row(run: WatchedRun): Omit<RunRow, "cells"> {
    const { key, file, record } = run;
    const { step, left, milliseconds, metrics } = this.#progressOf(run);
    return {
      key,
      file,
      label: record.label,
      axes: record.axes,
      status: record.status,
      error: record.status === "failed" ? record.error : undefined,
      step,
      steps: stepsOf(run),
      started: Date.parse(record.started),
      milliseconds,
      left,
      headline: headlineOf(metrics),
      setting: record.setting,
    };
  }

  #cells(runs: readonly WatchedRun[], { facts, read }: RunColumns, name: string): readonly (Value | null)[] {
    if (name.startsWith("/") || facts.includes(name)) {
      try {
        return read(name).map(cellOf);
      } catch {
        // A pointer that is none has no cells.
        return runs.map(() => null);
      }
    }
    return runs.map((run) => cellOf(this.#progressOf(run).metrics[name]));
  }

  /** What tells the runs apart, then what they measured. */
  #columnsOf(runs: readonly WatchedRun[]): readonly Column[] {
    const { version } = this.#runs;
    const known = this.#columns;
    if (known?.version === version) return known.columns;
    const parameters = telling(runs).map((name): Column => ({ name, kind: "parameter" }));
    const measured = new Set(runs.flatMap((run) => Object.keys(this.#progressOf(run).metrics)));
    const metrics = [...measured].map((name): Column => ({ name, kind: "metric" }));
    const columns = [...parameters, ...metrics].slice(0, mostColumns);
    this.#columns = { version, columns };
    return columns;
  }
}

/** Newest first. */
const byStart = (a: WatchedRun, b: WatchedRun): number =>
  a.record.started === b.record.started ? (a.key < b.key ? -1 : 1) : a.record.started < b.record.started ? 1 : -1;
