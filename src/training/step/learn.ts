/** Learning from the rows of a step: a batch at once, or its parts one after the other. */
import type { Signal } from "../../objectives/objective.ts";
import { collate, type Batch, type StepSignals } from "../batch/collate.ts";
import { inspectedSignals } from "../batch/inspected-signals.ts";
import type { Row } from "../batch/row.ts";
import { joined, type Inspected, type InspectedRows } from "../learner/inspected.ts";
import type { UpdateAnswer } from "../learner/learner-worker.ts";
import { evaluates, inspects } from "../recipe/due.ts";
import { learningRateFactor } from "../recipe/learning-rate.ts";
import type { OpenRun } from "./open-run.ts";

/** Signals as wide as a vocabulary, which are sent with the part that they are of and at no other time. */
const wide: readonly Signal[] = ["teacherLogProbs", "foreignTeacherLogProbs"];

const buffersOf = (batches: readonly Batch[]): ArrayBufferView[] => batches.flatMap((batch) => Object.values(batch));

/** Means of metrics over updates. */
const meanOf = (all: readonly Readonly<Record<string, number>>[]): Record<string, number> =>
  Object.fromEntries(
    Object.keys(all[0] ?? {}).map((name) => [name, all.reduce((sum, metrics) => sum + metrics[name]!, 0) / all.length]),
  );

/** The rows of each part, as many as the learner's programs read. */
const partsOf = (rows: readonly Row[], size: number): readonly (readonly Row[])[] =>
  Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => rows.slice(i * size, (i + 1) * size));

/** Of a step: its first optimizer step, the share of the peak learning rate, and whether it is inspected before. */
interface StepNumbers {
  readonly first: number;
  readonly factor: number;
  readonly inspect: boolean;
}

const learnInParts = async (
  { recipe, objective, task, shape, threads }: OpenRun,
  { first, factor, inspect }: StepNumbers,
  rows: readonly Row[],
  signals: StepSignals,
): Promise<UpdateAnswer> => {
  const { updates } = recipe.training;
  const { learner } = threads;
  const narrow = objective.needs.filter((need) => !wide.includes(need));
  const parts = partsOf(rows, shape.batch.size);
  const inspectParts = async (): Promise<Inspected> => {
    const seen: InspectedRows[] = [];
    for (const part of parts) {
      const batch = collated(part, inspectedSignals(objective.needs));
      seen.push(await learner.call("inspectRows", batch, { transfer: buffersOf([batch]) }));
    }
    return joined(seen);
  };
  const collated = (part: readonly Row[], needs: readonly Signal[]): Batch =>
    collate(part, shape.batch, needs, task.tokenizer.padId, signals);
  const all: Readonly<Record<string, number>>[] = [];
  const inspected = inspect ? await inspectParts() : undefined;
  for (let update = 0; update < updates; update += 1) {
    const small = parts.map((part) => collated(part, narrow));
    await learner.call("begin", small, { transfer: buffersOf(small) });
    for (const part of parts) {
      const batch = collated(part, objective.needs);
      await learner.call("add", batch, { transfer: buffersOf([batch]) });
    }
    const { metrics } = await learner.call("apply", { step: first + update, factor, isLast: update === updates - 1 });
    all.push(metrics);
  }
  return { metrics: meanOf(all), inspected };
};

/**
 * Learns from the rows of a step; the teacher that follows the student gets the new weights, and they are offered
 * when a
 * later step or an evaluation draws with them.
 */
export const learn = async (
  run: OpenRun,
  step: number,
  rows: readonly Row[],
  signals: StepSignals,
): Promise<UpdateAnswer> => {
  const { recipe, objective, task, shape, threads, ahead } = run;
  const { training } = recipe;
  const first = (step - 1) * training.updates + 1;
  const factor = learningRateFactor(training.schedule, step, training.steps);
  const inspect = inspects(recipe, step);
  const inOne = (): Promise<UpdateAnswer> => {
    const needs = inspect ? inspectedSignals(objective.needs) : objective.needs;
    const batch = collate(rows, shape.batch, needs, task.tokenizer.padId, signals);
    const request = { batch, step: first, factor, updates: training.updates, inspect };
    return threads.learner.call("update", request, { transfer: buffersOf([batch]) });
  };
  const learned = shape.inParts ? await learnInParts(run, { first, factor, inspect }, rows, signals) : await inOne();
  await threads.follow?.();
  if (ahead.needs(step) || evaluates(recipe, step)) {
    const { weights, memory } = await threads.learner.call("shared", { memory: ahead.spare() });
    ahead.offer(step, weights, memory);
  }
  return learned;
};
