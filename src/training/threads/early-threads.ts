/** Threads that are started before it is known what they will do. */
import { prepareEngine } from "../../engine/tensorflow/library/environment.ts";
import type { IdleThreads } from "../../workers/idle-threads.ts";
import type { Machine } from "../recipe/recipe.ts";
import { usualHeap } from "../recipe/scoring-settings.ts";
import { learnerWorker, samplerName, samplerWorker } from "./run-threads.ts";
import { rewardWorker, teacherWorker } from "./scorers.ts";

/** What trainings are expected to have. */
export interface EarlyParts {
  readonly teacher: boolean;
  readonly rewards: boolean;
}

/**
 * Starts the threads of a training with the usual settings, for `train` to take: they load their code while the
 * experiment is being read. Those that nobody takes wait until the others are closed. Resolves when no more are
 * started.
 */
export const startEarly = (
  idle: IdleThreads,
  { engine, threads, samplers }: Machine,
  parts: EarlyParts,
): Promise<void> => {
  // A thread has the environment of its start.
  prepareEngine(engine, threads);
  const sampling = Array.from(
    { length: samplers },
    (_, index) => [samplerWorker, { name: samplerName(index) }] as const,
  );
  return idle.start([
    [learnerWorker, { name: "learner" }],
    ...sampling,
    ...(parts.teacher ? ([[teacherWorker, { name: "teacher", heap: usualHeap }]] as const) : []),
    ...(parts.rewards ? ([[rewardWorker, { name: "reward", heap: usualHeap }]] as const) : []),
  ]);
};
