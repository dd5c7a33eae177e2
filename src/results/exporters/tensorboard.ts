/** Runs as TensorBoard reads them: scalars of every step, and hyperparameters for its HParams dashboard. */
import { basename, join } from "node:path";
import { writeWhole } from "../../files/atomic-file.ts";
import { readHistory } from "../../runs/reading/history.ts";
import { flattened } from "../tables/parameters.ts";
import { factCells, runColumns } from "../tables/run-columns.ts";
import { keysOf, telling } from "../tables/telling.ts";
import type { FoundRun } from "../../runs/reading/read-runs.ts";
import { fileVersion, scalar, summaryEvent } from "./event-file.ts";
import { requireDifferentNames, type Exporter } from "./exporter.ts";
import { experimentValue, hparamOf, sessionEnd, sessionStart, type HParam } from "./hparams.ts";

const hparamsOf = (run: FoundRun): ReadonlyMap<string, HParam> =>
  new Map(
    [...flattened(run.record.values), ...factCells(run)].flatMap(([pointer, value]) => {
      const hparam = hparamOf(value);
      return hparam === undefined ? [] : [[pointer, hparam] as const];
    }),
  );

/** The time in a name is that of the run, so that the file of the same run is the same file. */
const fileName = (time: number): string => `events.out.tfevents.${Math.floor(time / 1000)}.retort`;

/**
 * The row of the dashboard that a run is in, which shows the mean of its runs: its id, and its folder too where another
 * run has the same id and something tells them apart.
 */
const rowsOf = (runs: readonly FoundRun[]): ((run: FoundRun) => string) => {
  const keys = keysOf(runs, runColumns(runs), telling(runs));
  const known = new Map<string, Set<string>>();
  runs.forEach(({ record }, i) => known.set(record.id, (known.get(record.id) ?? new Set()).add(keys[i]!)));
  return ({ parent, folder, record: { id } }) =>
    known.get(id)!.size === 1 ? id : [id, basename(parent), basename(folder)].join(" ");
};

/** Writes the events of one run and gives the names of its metrics. */
const writeRun = async (
  run: FoundRun,
  { folder, row, signal }: { readonly folder: string; readonly row: string; readonly signal: AbortSignal },
): Promise<ReadonlySet<string>> => {
  const { record } = run;
  const started = Date.parse(record.started);
  const tags = new Set<string>();
  const events = [fileVersion(started), summaryEvent(started, 0, [sessionStart(hparamsOf(run), row, started)])];
  let last = started;
  for await (const { step, time, metrics } of readHistory(run)) {
    signal.throwIfAborted();
    const entries = Object.entries(metrics);
    for (const [name] of entries) tags.add(name);
    last = time;
    events.push(
      summaryEvent(
        time,
        step,
        entries.map(([name, value]) => scalar(name, value)),
      ),
    );
  }
  const ended = record.finished === undefined ? last : Date.parse(record.finished);
  events.push(summaryEvent(ended, 0, [sessionEnd(record.status, ended)]));
  await writeWhole(join(folder, fileName(started)), events);
  return tags;
};

/**
 * TensorBoard's own files: a folder for each run, and one file above them that says which hyperparameters tell the runs
 * apart.
 */
export const tensorboard: Exporter = {
  type: "tensorboard",
  description: "event files with HParams for tensorboard --logdir",
  target: "tensorboard",
  async send({ runs, target, signal, exported }) {
    const tags = new Set<string>();
    const rowOf = rowsOf(runs);
    requireDifferentNames(runs);
    for (const run of runs) {
      signal.throwIfAborted();
      const folder = join(target, basename(run.parent), basename(run.folder));
      for (const tag of await writeRun(run, { folder, row: rowOf(run), signal })) tags.add(tag);
      exported(run);
    }
    const shown = new Map<string, Set<HParam>>();
    const all = runs.map(hparamsOf);
    for (const pointer of runs.length === 1 ? all[0]!.keys() : telling(runs)) {
      const values = new Set(all.flatMap((hparams) => hparams.get(pointer) ?? []));
      if (values.size > 0) shown.set(pointer, values);
    }
    const first = Math.min(...runs.map(({ record }) => Date.parse(record.started)));
    const experiment = summaryEvent(first, 0, [experimentValue(shown, [...tags].toSorted(), first)]);
    await writeWhole(join(target, "events.out.tfevents.0.retort"), [fileVersion(first), experiment]);
  },
};
