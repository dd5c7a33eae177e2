/** Evaluates a reward model: how often it prefers the better one of two completions. */
import type { Task } from "../../tasks/task.ts";
import { pairOf } from "../../rollouts/batches/pairs.ts";
import { collate, type Batch, type BatchShape } from "../batch/collate.ts";
import type { Evaluated } from "../recipe/step-report.ts";
import { referenceRollout } from "./drawing.ts";

/** What a comparison depends on. */
export interface ComparisonRequest {
  /** Steps done. */
  readonly step: number;
  /** Test prompts, from the first on. */
  readonly prompts: number;
  readonly shape: BatchShape;
  readonly maxNewTokens: number;
  /** The scores of a batch's sequences [B]. */
  readonly scores: (batch: Batch) => Promise<Float32Array>;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Scores both completions of the first test prompts. `accuracy` is the share of pairs in which the better one has the
 * higher score (half a pair where they are equal); metrics: `pairs/margin`, the mean difference, and `pairs/score`, the
 * mean score, both in nats.
 */
export const pairAccuracy = async (
  task: Task,
  { step, prompts, shape, maxNewTokens, scores }: ComparisonRequest,
): Promise<Evaluated> => {
  const rows = task.test.slice(0, prompts).flatMap((prompt, index) =>
    pairOf(prompt).map((side, sample) => ({
      rollout: referenceRollout(task, { prompt: side, order: { prompt: index, sample } }, maxNewTokens, step),
      answers: {},
      reward: 0,
      advantage: 0,
    })),
  );
  const all: number[] = [];
  for (let start = 0; start < rows.length; start += shape.size) {
    const some = rows.slice(start, start + shape.size);
    const batch = collate(some, shape, [], task.tokenizer.padId, { progress: 0, controlled: 0 });
    all.push(...(await scores(batch)).subarray(0, some.length));
  }
  const margins = Array.from({ length: all.length / 2 }, (_, pair) => all[2 * pair]! - all[2 * pair + 1]!);
  return {
    kind: "evaluation",
    step,
    metrics: {
      accuracy: mean(margins.map((margin) => (margin === 0 ? 0.5 : Number(margin > 0)))),
      "pairs/margin": mean(margins),
      "pairs/score": mean(all),
    },
  };
};
