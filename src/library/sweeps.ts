/** Sweeps: the trials of an experiment file, and what runs them. */
export { bullmq } from "../experiments/executors/bullmq.ts";
export type { Executor, SweepPlace, TrialOptions, Work } from "../experiments/executors/executor.ts";
export { local } from "../experiments/executors/local.ts";
export { slurm } from "../experiments/executors/slurm.ts";
export type { SlurmOptions } from "../experiments/executors/slurm.ts";
export { drive, standings } from "../experiments/sweeps/drive.ts";
export type { DriveOptions, TrialStanding } from "../experiments/sweeps/drive.ts";
export { freeze, readFrozen, sweepFolder } from "../experiments/sweeps/frozen.ts";
export type { FrozenSweep, FrozenTrial } from "../experiments/sweeps/frozen.ts";
export type { PlannedTrial } from "../experiments/sweeps/plan.ts";
export { prepareSweep } from "../experiments/sweeps/prepare.ts";
export type { PreparedSweep } from "../experiments/sweeps/prepare.ts";
export { runSweep } from "../experiments/sweeps/run-sweep.ts";
export type { SweepOptions } from "../experiments/sweeps/run-sweep.ts";
export type { Standing } from "../experiments/sweeps/standing.ts";
