/** One run: what it is, how it goes, and what its checks said. */
import { join } from "node:path";
import { valueText } from "../../evaluation/claims/value-text.ts";
import { lastText } from "../../files/regular-file.ts";
import { parseObject, type Json } from "../../files/json.ts";
import { runFacts, settingsOf } from "../../reports/pages/run-facts.ts";
import type { Compared, RunDetails, Value } from "../answers.ts";
import { runningProcess, type RunningProcess } from "./running-process.ts";
import type { RolloutReader } from "./rollouts.ts";
import type { RunRows } from "./run-rows.ts";
import type { SeriesCache } from "./run-series.ts";
import type { WatchedRun } from "./watched-runs.ts";

/** Bytes at the end of a log that are shown. */
const shownLog = 2 ** 14;

/** What answers are made with. */
export interface Readers {
  readonly rows: RunRows;
  readonly series: SeriesCache;
  readonly rollouts: RolloutReader;
}

/** A line of a log as people read it: when, how serious, and what. */
const logText = (line: string): string => {
  const { time, level, msg, ...facts } = parseObject(line) ?? {};
  if (typeof msg !== "string") return line;
  const { pid: _pid, hostname: _hostname, ...others } = facts;
  const more = Object.entries(others).map(([name, value]) => `${name}=${textOf(value)}`);
  return [textOf(time), textOf(level), msg, ...more].join("  ");
};

const textOf = (value: Json | undefined): string =>
  typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);

const logOf = (folder: string): readonly string[] => {
  const text = lastText(join(folder, "log.jsonl"), shownLog);
  const lines = text.split("\n").filter((line) => line !== "");
  // The first of them may have been cut.
  return (text.length >= shownLog ? lines.slice(1) : lines).map(logText);
};

const driverOf = async (run: WatchedRun): Promise<RunningProcess | undefined> =>
  run.record.status === "running" ? runningProcess(run.folder) : undefined;

/** All that is said of a run. Errors of the system when its files cannot be read. */
export const readDetails = async (run: WatchedRun, { rows, series, rollouts }: Readers): Promise<RunDetails> => {
  const { record, folder } = run;
  const own = series.of(folder);
  const lines = rollouts.linesOf(run);
  const process = await driverOf(run);
  return {
    row: rows.rows([run])[0]!,
    question: record.question,
    id: record.id,
    facts: runFacts(run),
    settings: settingsOf(run).map(([name, value]) => [name, valueText(value), Object.hasOwn(record.axes, name)]),
    metrics: own.names(),
    alarms: own.alarms,
    log: logOf(folder),
    unreadable: { ...own.unreadable, ...(lines.unreadable > 0 ? { "rollouts.jsonl": lines.unreadable } : {}) },
    process: process?.pid,
    sweep: process?.driver,
  };
};

/** Parameters beside each other, and the metrics that any of the runs has. Runs that cannot be read have none. */
export const compareRuns = (runs: readonly WatchedRun[], { rows, series }: Readers): Compared => {
  const columns = runs.map((run) => new Map<string, Json>(settingsOf(run)));
  const names = [...new Set(columns.flatMap((column) => [...column.keys()]))];
  const all = names.map((name) => ({ name, cells: columns.map((column): Value | null => column.get(name) ?? null) }));
  const isSame = ({ cells }: (typeof all)[number]): boolean =>
    cells.every((cell) => JSON.stringify(cell) === JSON.stringify(cells[0]));
  const metrics = new Map<string, RunDetails["metrics"][number]>();
  for (const run of runs) {
    for (const metric of namesOf(run, series)) metrics.set(`${metric.kind} ${metric.name}`, metric);
  }
  return {
    rows: rows.rows(runs),
    differing: all.filter((row) => !isSame(row)),
    same: all.filter(isSame).map(({ name, cells }) => ({ name, cell: cells[0] ?? null })),
    metrics: [...metrics.values()],
  };
};

const namesOf = ({ folder }: WatchedRun, series: SeriesCache): RunDetails["metrics"] => {
  try {
    return series.of(folder).names();
  } catch {
    return [];
  }
};
