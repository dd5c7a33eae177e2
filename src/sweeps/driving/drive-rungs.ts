/**
 * Drives a sweep with successive halving: all trials to the first rung, those that continue to the next one, the last
 * ones to their end.
 */
import type { SweepFolder } from "../executors/executor.ts";
import { drive, type DriveOptions, type TrialState } from "./drive.ts";
import { evaluationAt } from "../planning/evaluation-at.ts";
import type { HalvingValues } from "../../experiments/schema/halving.ts";
import { survivors, type Contender } from "../planning/survivors.ts";
import { defined } from "../../optional/defined.ts";

const contenderOf = async (
  { trial, folder, progress }: TrialState,
  rung: number,
  metric: string | undefined,
): Promise<Contender> => ({
  ...trial,
  score: progress.status === "failed" ? undefined : await evaluationAt(folder, rung, metric),
});

/** True for a trial that need not run to the rung any more: it is there, or done, or has failed. */
const needsNoRun = ({ progress: { status, step } }: TrialState, rung: number): boolean =>
  status === "done" || status === "failed" || (status === "paused" && step >= rung);

/**
 * As `drive`, with halving rung after rung. A driver that comes later takes the same decisions from the same
 * evaluations, so a sweep that was stopped resumes where it was. Trials that halving stops are `paused`, and `stopped`
 * in what is shown and given. Where trials could not be brought to a rung, because the signal aborted or they were
 * cancelled, nothing is decided there.
 */
export const driveSweep = async (
  { folder, sweep }: SweepFolder,
  halving: HalvingValues | undefined,
  options: DriveOptions,
): Promise<readonly TrialState[]> => {
  if (halving === undefined) return drive({ folder, sweep }, options);
  const order = new Map(sweep.trials.map(({ id }, i) => [id, i]));
  const inOrder = (all: readonly TrialState[]): TrialState[] =>
    all.toSorted((a, b) => order.get(a.trial.id)! - order.get(b.trial.id)!);
  let left: readonly TrialState[] = [];
  let trials = sweep.trials;
  const driveTo = async (pauseAt: number | undefined): Promise<readonly TrialState[]> => {
    const show: DriveOptions["show"] = (all, changed) => options.show(inOrder([...all, ...left]), changed);
    return drive({ folder, sweep: { ...sweep, trials } }, { ...options, show, ...defined({ pauseAt }) });
  };
  for (const rung of halving.rungs) {
    const all = await driveTo(rung);
    if (options.signal.aborted || !all.every((entry) => needsNoRun(entry, rung))) return inOrder([...all, ...left]);
    const contenders: Contender[] = [];
    for (const entry of all) contenders.push(await contenderOf(entry, rung, halving.metric));
    const kept = survivors(contenders, halving);
    const stopped = all.filter(({ trial }) => !kept.has(trial.id));
    if (stopped.length > 0) options.note(`rung at step ${rung}: ${kept.size} of ${all.length} trials continue`);
    left = [
      ...left,
      ...stopped.map((entry): TrialState => (entry.progress.status === "paused" ? { ...entry, stopped: true } : entry)),
    ];
    trials = trials.filter(({ id }) => kept.has(id));
  }
  return inOrder([...(await driveTo(undefined)), ...left]);
};
