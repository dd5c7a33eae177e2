/** Divergences of tokens: by hand from whole distributions, and below that from top-k scores. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { tokenDivergences } from "../../../src/training/learner/token-divergences.ts";
import { compute, engines, floats, ints } from "../../laws/evaluate.ts";

const teacher = [
  [0.7, 0.2, 0.1],
  [0.25, 0.25, 0.5],
];
const student = [
  [0.5, 0.3, 0.2],
  [0.25, 0.25, 0.5],
];
const logs = (rows: readonly (readonly number[])[]) => floats([1, 2, 3], rows.flat().map(Math.log));
const byHand = teacher.map((row, t) => row.reduce((sum, p, v) => sum + p * Math.log(p / student[t]![v]!), 0));
/** The first position's distributions with their last two outcomes as one. */
const merged = 0.7 * Math.log(0.7 / 0.5) + 0.3 * Math.log(0.3 / 0.5);

describe.each(engines)("on $name", ({ evaluate }) => {
  test("are KL(teacher || student)", async () => {
    const { divergences } = await compute(evaluate, { logits: logs(student), scores: logs(teacher) }, ({ logits, scores }) => ({
      divergences: tokenDivergences(logits as tf.Tensor3D, { teacherLogProbs: scores as tf.Tensor3D })!,
    }));
    [...divergences].forEach((value, t) => expect(value).toBeCloseTo(byHand[t]!, 6));
  });

  test("are those of the merged distributions, from top-k scores", async () => {
    const top = { ids: ints([1, 2, 1], [0, 2]), scores: floats([1, 2, 1], [Math.log(0.7), Math.log(0.5)]) };
    const { divergences } = await compute(evaluate, { logits: logs(student), ...top }, ({ logits, ids, scores }) => ({
      divergences: tokenDivergences(logits as tf.Tensor3D, {
        teacherTopKIds: ids as tf.Tensor3D,
        teacherTopKLogProbs: scores as tf.Tensor3D,
      })!,
    }));
    expect(divergences[0]).toBeCloseTo(merged, 6);
    expect(divergences[0]).toBeLessThan(byHand[0]!);
    expect(divergences[1]).toBeCloseTo(0, 6);
  });
});

test("are not known without a teacher", () => {
  expect(tokenDivergences(tf.zeros([1, 1, 2]), {})).toBeUndefined();
});
