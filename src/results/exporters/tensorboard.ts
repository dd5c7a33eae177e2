/** Runs as TensorBoard reads them: scalars of every step, and hyperparameters for its HParams dashboard. */
import { basename, join } from "node:path";
import { writeWhole } from "../../files/atomic-file.ts";
import { readHistory } from "../../runs/reading/history.ts";
import { flattened } from "../tables/parameters.ts";
import { telling } from "../tables/telling.ts";
import type { FoundRun } from "../../runs/reading/read-runs.ts";
import { fileVersion, scalar, summaryEvent } from "./event-file.ts";
import type { Exporter } from "./exporter.ts";
import { experimentValue, hparamOf, sessionEnd, sessionStart, type HParam } from "./hparams.ts";

const hparamsOf = ({ record: { values } }: FoundRun): ReadonlyMap<string, HParam> =>
  new Map(
    [...flattened(values)].flatMap(([pointer, value]) => {
      const hparam = hparamOf(value);
      return hparam === undefined ? [] : [[pointer, hparam] as const];
    }),
  );

/** The time in a name is that of the run, so that the file of the same run is the same file. */
const fileName = (time: number): string => `events.out.tfevents.${Math.floor(time / 1000)}.retort`;

/** Writes the events of one run and gives the names of its metrics. */
const writeRun = async (run: FoundRun, folder: string, signal: AbortSignal): Promise<ReadonlySet<string>> => {
  const { record } = run;
  const started = Date.parse(record.started);
  const tags = new Set<string>();
  const events = [fileVersion(started), summaryEvent(started, 0, [sessionStart(hparamsOf(run), record.id, started)])];
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
    for (const run of runs) {
      signal.throwIfAborted();
      for (const tag of await writeRun(run, join(target, basename(run.parent), basename(run.folder)), signal))
        tags.add(tag);
      exported(run);
    }
    const shown = new Map<string, Set<HParam>>();
    const all = runs.map(hparamsOf);
    for (const pointer of runs.length === 1 ? all[0]!.keys() : telling(runs)) {
      shown.set(pointer, new Set(all.flatMap((hparams) => hparams.get(pointer) ?? [])));
    }
    const first = Math.min(...runs.map(({ record }) => Date.parse(record.started)));
    const experiment = summaryEvent(first, 0, [experimentValue(shown, [...tags].toSorted(), first)]);
    await writeWhole(join(target, "events.out.tfevents.0.retort"), [fileVersion(first), experiment]);
  },
};
