/** The evaluations of a run, and what they change in it: the best so far, and an adaptive lambda. */
import type { Timeline } from "../../rollouts/scoring/timeline.ts";
import { bestOf, type HostState } from "../checkpoints/checkpoint.ts";
import { type Batch } from "../batch/collate.ts";
import { pairAccuracy } from "./pair-accuracy.ts";
import { isFullEvaluation } from "../recipe/due.ts";
import { evaluate, referenceLoss } from "./evaluate.ts";
import { validationLoss } from "../sequences/adaptive-fraction.ts";
import type { OpenRun } from "./open-run.ts";

/** Reports how good the student is after `step` steps; when lambda is adaptive, that moves it. */
export const evaluateStudent = async (
  { recipe, objective, task, shape, threads, sequences, ahead, emit, signal }: OpenRun,
  step: number,
  host: HostState,
  timeline: Timeline,
): Promise<HostState> => {
  await ahead.show(step, timeline);
  const { seed, evaluation, rollouts, scoring } = recipe;
  const { checkpoints } = recipe.training;
  if (objective.pairs === true) {
    const { batch, maxNewTokens } = shape;
    const scores = (given: Batch): Promise<Float32Array> => threads.learner.call("scores", given, { signal });
    const compared = await pairAccuracy(task, {
      step,
      prompts: evaluation.prompts,
      shape: batch,
      maxNewTokens,
      scores,
    });
    emit(compared);
    return { ...host, best: bestOf(host.best, compared, checkpoints.best) };
  }
  const { chunk, stop: stops = [] } = rollouts;
  const { mostDropped } = scoring;
  const drawing = { seed, step, maxNewTokens: shape.maxNewTokens, chunk, stops, mostDropped, observe: timeline.add };
  const evaluated = await evaluate(
    threads,
    task,
    { ...drawing, settings: evaluation, full: isFullEvaluation(recipe, step) },
    signal,
  );
  const after = { ...host, best: bestOf(host.best, evaluated, checkpoints.best) };
  if (sequences.validation.length === 0) {
    emit(evaluated);
    return after;
  }
  const loss = await referenceLoss(
    threads,
    task,
    sequences.validation,
    { step, maxNewTokens: shape.maxNewTokens },
    signal,
  );
  emit({ ...evaluated, metrics: { ...evaluated.metrics, [validationLoss]: loss } });
  return { ...after, sequences: sequences.validated(host.sequences, loss, step) };
};
