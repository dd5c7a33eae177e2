/** Sweeps: the trials of an experiment file, and what runs them. */
export { bullmq } from "../sweeps/executors/bullmq.ts";
export type { Executor, SweepFolder, TrialOptions, Work } from "../sweeps/executors/executor.ts";
export { local } from "../sweeps/executors/local.ts";
export { slurm } from "../sweeps/executors/slurm.ts";
export type { SlurmOptions } from "../sweeps/executors/slurm.ts";
export { drive, trialStates } from "../sweeps/driving/drive.ts";
export type { DriveOptions, TrialState } from "../sweeps/driving/drive.ts";
export { freeze, readFrozen, sweepFolder } from "../sweeps/planning/frozen.ts";
export type { FrozenSweep, FrozenTrial } from "../sweeps/planning/frozen.ts";
export type { PlannedTrial } from "../sweeps/planning/sweep-plan.ts";
export { prepareSweep } from "../sweeps/planning/prepare-sweep.ts";
export type { PreparedSweep } from "../sweeps/planning/prepare-sweep.ts";
export { runSweep } from "../sweeps/driving/run-sweep.ts";
export type { SweepOptions } from "../sweeps/driving/run-sweep.ts";
export type { TrialProgress } from "../sweeps/planning/trial-progress.ts";
export type { RedisAddress } from "../sweeps/executors/redis-address.ts";
