/** From the folders of a figure's trials to its results. */
import { trialFolder } from "../sweeps/planning/trial-progress.ts";
import type { FrozenSweep, FrozenTrial } from "../sweeps/planning/frozen.ts";
import type { Trial } from "../evaluation/claims/trial.ts";
import { doneTrials } from "../results/claim-trials.ts";
import { defined } from "../optional/defined.ts";
import { readCompletions, type ShownCompletion } from "../runs/reading/completions.ts";
import { recordIn, type FoundRun } from "../runs/reading/read-runs.ts";
import type { Figure, Scale } from "./figures.ts";
import type { FigureResults } from "./figure-results.ts";
import type { KeptTrials } from "./kept-trials.ts";
import { firstSeeds } from "./first-seeds.ts";
import { stepMilliseconds } from "./step-time.ts";
import { readTrialCurve } from "./trial-curve.ts";

/** Results, and what they took. */
export interface Collected {
  readonly results: FigureResults;
  /** Milliseconds. */
  readonly training: number;
  /** Milliseconds of a step, by the ids of the trials that have a curve: the median without the first. */
  readonly steps: Readonly<Record<string, number>>;
}

/** What results say of how they came about, beside what was measured. */
export type Circumstances = Pick<FigureResults, "looks" | "calibration">;

/** Completions that a trial's results have. */
const mostShown = 3;

/** The first of the last step whose tokens were inspected. */
const lastCompletions = async (folder: string): Promise<readonly ShownCompletion[] | undefined> =>
  (await readCompletions(folder)).at(-1)?.slice(0, mostShown);

const doneRun = (folder: string, parent: string): FoundRun | undefined => {
  try {
    const record = recordIn(folder);
    return record.status === "done" ? { folder, parent, record } : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Collects what is done of a figure's trials; `folder` holds those of its sweep. Of `kept`, which were collected
 * before, the results are taken as they are, and no times; `circumstances` go into the results. `RangeError` for
 * trials of another engine than theirs.
 */
export const collectFigure = async (
  folder: string,
  sweep: FrozenSweep,
  { name }: Figure,
  scale: Scale,
  kept?: KeptTrials,
  circumstances: Circumstances = {},
): Promise<Collected> => {
  const planned = new Map<string, FrozenTrial>();
  const collected = new Map(kept?.trials.map((trial) => [trial.id, trial]));
  const runs = sweep.trials.flatMap((trial) => {
    if (collected.has(trial.id)) return [];
    const run = doneRun(trialFolder(folder, sweep, trial), folder);
    if (run === undefined) return [];
    planned.set(run.folder, trial);
    return [run];
  });
  const done = await doneTrials(runs);
  const shown = new Set<Trial>(firstSeeds([...collected.values(), ...done.map(({ trial }) => trial)]));
  const engines = new Set(kept?.engines);
  const steps: Record<string, number> = {};
  let [training, question] = [0, kept?.question ?? ""];
  for (const { run, trial } of done) {
    const { id, label } = planned.get(run.folder)!;
    const curve = await readTrialCurve(run);
    const completions = curve !== undefined && shown.has(trial) ? await lastCompletions(run.folder) : undefined;
    collected.set(id, { ...trial, id, label, ...defined({ curve, completions }) });
    const step = curve === undefined ? undefined : await stepMilliseconds(run.folder);
    if (step !== undefined) steps[id] = step;
    engines.add(run.record.engine);
    training += run.record.milliseconds ?? 0;
    question = run.record.question;
  }
  if (kept !== undefined && engines.size > new Set(kept.engines).size)
    throw new RangeError(
      `figure ${name}: expected trials of ${kept.engines.join(", ")} beside results of it, got some of ` +
        `${[...engines].filter((one) => !kept.engines.includes(one)).join(", ")}; run it again without --keep-results`,
    );
  const engine = [...engines].toSorted().join(", ");
  const trials = sweep.trials.flatMap(({ id }) => collected.get(id) ?? []);
  return {
    results: { figure: name, scale, question, engine, planned: sweep.trials.length, ...circumstances, trials },
    training,
    steps,
  };
};
