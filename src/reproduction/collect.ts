/** From the folders of a figure's trials to its results. */
import { trialFolder } from "../sweeps/planning/trial-progress.ts";
import type { FrozenSweep, FrozenTrial } from "../sweeps/planning/frozen.ts";
import { doneTrials } from "../results/claim-trials.ts";
import { recordIn, type FoundRun } from "../runs/reading/read-runs.ts";
import type { Figure, Scale } from "./figures.ts";
import type { FigureResults, FigureTrial } from "./figure-results.ts";

/** Results, and what they took. */
export interface Collected {
  readonly results: FigureResults;
  /** Milliseconds. */
  readonly training: number;
}

const doneRun = (folder: string, parent: string): FoundRun | undefined => {
  try {
    const record = recordIn(folder);
    return record.status === "done" ? { folder, parent, record } : undefined;
  } catch {
    return undefined;
  }
};

/** Collects what is done of a figure's trials; `folder` holds those of its sweep. */
export const collectFigure = async (
  folder: string,
  sweep: FrozenSweep,
  { name }: Figure,
  scale: Scale,
): Promise<Collected> => {
  const planned = new Map<string, FrozenTrial>();
  const runs = sweep.trials.flatMap((trial) => {
    const run = doneRun(trialFolder(folder, sweep, trial), folder);
    if (run === undefined) return [];
    planned.set(run.folder, trial);
    return [run];
  });
  const trials: FigureTrial[] = [];
  const engines = new Set<string>();
  let [training, question] = [0, ""];
  for (const { run, trial } of await doneTrials(runs)) {
    const { id, label } = planned.get(run.folder)!;
    trials.push({ ...trial, id, label });
    engines.add(run.record.engine);
    training += run.record.milliseconds ?? 0;
    question = run.record.question;
  }
  const engine = [...engines].toSorted().join(", ");
  return { results: { figure: name, scale, question, engine, planned: sweep.trials.length, trials }, training };
};
