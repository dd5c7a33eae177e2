/** From the folders of a figure's trials to its results. */
import { trialFolder } from "../sweeps/planning/trial-progress.ts";
import type { FrozenSweep } from "../sweeps/planning/frozen.ts";
import { claimTrials } from "../results/claim-trials.ts";
import { recordIn, type FoundRun } from "../runs/reading/read-runs.ts";
import type { Figure, Scale } from "./figures.ts";
import type { FigureResults, FigureTrial } from "./figure-results.ts";

/** Results, and what they took. */
export interface Collected {
  readonly results: FigureResults;
  /** Milliseconds. */
  readonly training: number;
}

const doneRun = (folder: string): FoundRun | undefined => {
  try {
    const record = recordIn(folder);
    return record.status === "done" ? { folder, parent: folder, record } : undefined;
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
  const trials: FigureTrial[] = [];
  const engines = new Set<string>();
  let [training, question] = [0, ""];
  for (const planned of sweep.trials) {
    const run = doneRun(trialFolder(folder, sweep, planned));
    if (run === undefined) continue;
    const [trial] = await claimTrials([run]);
    trials.push({ ...trial!, id: planned.id, label: planned.label });
    engines.add(run.record.engine);
    training += run.record.milliseconds ?? 0;
    question = run.record.question;
  }
  const engine = [...engines].toSorted().join(", ");
  return { results: { figure: name, scale, question, engine, planned: sweep.trials.length, trials }, training };
};
