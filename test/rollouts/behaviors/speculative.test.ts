/** Speculative knowledge distillation: the formula, the proposal and its replacement, the limits of K, and ties. */
import type * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { amongGreatest, speculative } from "../../../src/rollouts/behaviors/speculative.ts";
import { behaviorLaws, logSoftmaxRows, mix } from "../../laws/behavior.laws.ts";
import { compute, engines, farthest, floats } from "../../laws/evaluate.ts";

/** Ids of the K greatest, of equal ones the lower. */
const greatest = (x: readonly number[], K: number): number[] =>
  x
    .map((_, id) => id)
    .toSorted((a, b) => x[b]! - x[a]! || a - b)
    .slice(0, K);

/** By its two moves: the student proposes each token, and what is not accepted is spread over the teacher's distribution. */
const played = (q: readonly number[], p: readonly number[], K: number): number[] => {
  const accepted = greatest(p, K);
  const b = q.map(() => 0);
  for (const [proposal, chance] of q.entries()) {
    if (accepted.includes(proposal)) b[proposal]! += chance;
    else p.forEach((again, v) => (b[v]! += chance * again));
  }
  return b;
};

for (const topK of [1, 3, 6]) behaviorLaws(speculative.create({ topK }, undefined), (q, p) => played(q, p, topK));

describe.each(engines)("speculative on $name", ({ evaluate }) => {
  const [student, teacher] = [logSoftmaxRows([[0.3, -1, 2, 0]]), logSoftmaxRows([[1, 0, -2, 0.5]])];
  const probabilities = async (topK: number, own = student): Promise<number[]> => {
    const [row] = await mix(evaluate, speculative.create({ topK }, undefined), own, teacher);
    return row!.map(Math.exp);
  };

  test.each([4, 25])("with K = %d of 4 tokens is the student bit for bit", async (topK) => {
    const [row] = await mix(evaluate, speculative.create({ topK }, undefined), student, teacher);
    expect(row).toEqual(student[0]!.map(Math.fround));
  });

  test("with K = 1 leans from the teacher to its likeliest token by the student's chance of it", async () => {
    const [q, p] = [student[0]!.map(Math.exp), teacher[0]!.map(Math.exp)];
    const expected = p.map((x, v) => x + q[0]! * ((v === 0 ? 1 : 0) - x));
    expect(farthest(await probabilities(1), expected)).toBeLessThan(1e-6);
    expect(q[0]! * (1 - p[0]!)).toBeGreaterThan(0.05);
  });

  test("with K = 1 is the teacher where the student never proposes its likeliest token", async () => {
    const never = logSoftmaxRows([[-90, -1, 2, 0]]);
    expect(farthest(await probabilities(1, never), teacher[0]!.map(Math.exp))).toBeLessThan(1e-6);
  });

  test("the lower ids of equally likely tokens are the likelier ones", async () => {
    const rows = [
      [1, 3, 3, 2, 3],
      [2, 2, 2, 2, 2],
      [0, -5, 1, 0, 0],
    ];
    for (const K of [1, 2, 3, 4, 5]) {
      const { kept } = await compute(evaluate, { x: floats([3, 5], rows.flat()) }, ({ x }) => ({
        kept: amongGreatest(x as tf.Tensor2D, K),
      }));
      rows.forEach((row, i) => {
        const ids = row.map((_, id) => id).filter((id) => kept[i * 5 + id] === 1);
        expect(ids).toEqual(greatest(row, K).toSorted((a, b) => a - b));
      });
    }
  });
});

test.each([0, 1.5])("a topK of %d is refused", (topK) => {
  expect(() => speculative.create({ topK }, undefined)).toThrow(
    new RangeError(`speculative: expected a whole number topK from 1, got ${topK}`),
  );
});
