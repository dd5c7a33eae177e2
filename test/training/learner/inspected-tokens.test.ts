/** What is inspected of tokens, beside the same by hand: from whole distributions, from top-k scores, with equally likely tokens. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import type { TypedArray } from "../../../src/engine/program.ts";
import type { Signals } from "../../../src/objectives/objective.ts";
import { outsideTopK } from "../../../src/training/batch/token-log.ts";
import { inspectedTokens } from "../../../src/training/learner/inspected-tokens.ts";
import { compute, engines, floats, ints, noise, type Evaluate, type Value } from "../../laws/evaluate.ts";
import { likeliest, logSoftmax, rowsOf } from "../../fixtures/distributions.ts";

const [B, C] = [2, 3];

/** In halves, so that some are equal. */
const halves = (name: string, V: number): Value => {
  const { data } = noise(name, [B, C, V], 1.5);
  return floats(
    [B, C, V],
    Array.from(data, (x) => Math.round(2 * x) / 2),
  );
};

/** The numbers of one vocabulary; the first position's tokens are all equally likely to the student. */
const numbersOf = (V: number) => {
  const logits = halves("logits", V);
  logits.data.fill(1, 0, V);
  const student = rowsOf(logits.data, V).map(logSoftmax);
  const teacher = rowsOf(halves("teacher", V).data, V).map((row) => Array.from(Float32Array.from(logSoftmax(row))));
  const targets = Array.from({ length: B * C }, (_, at) => (at * 2 + 1) % V);
  return { V, logits, student, teacher, targets };
};
type Numbers = ReturnType<typeof numbersOf>;

const inspect = (
  evaluate: Evaluate,
  { logits, student, targets }: Numbers,
  scores: Readonly<Record<string, Value>>,
): Promise<Record<string, TypedArray>> => {
  const logProbs = floats(
    [B, C],
    student.map((row, at) => row[targets[at]!]!),
  );
  return compute(evaluate, { logits, logProbs, targets: ints([B, C], targets), ...scores }, (inputs) => {
    const signals = Object.fromEntries(Object.keys(scores).map((name) => [name, inputs[name]!])) as Partial<Signals>;
    return inspectedTokens(inputs["logits"] as tf.Tensor3D, inputs["logProbs"]!, {
      targets: inputs["targets"] as tf.Tensor2D,
      ...signals,
    })!;
  });
};

/** Expects the likeliest `count` of every row, in order. */
const expectLikeliest = (ids: TypedArray, logProbs: TypedArray, rows: readonly (readonly number[])[], count: number): void => {
  const expected = rows.flatMap((row) => likeliest(row, count));
  expect([...ids]).toEqual(expected.map(({ id }) => id));
  expect(logProbs).toHaveLength(expected.length);
  expected.forEach(({ logProb }, i) => expect(logProbs[i]).toBeCloseTo(logProb, 5));
};

describe.each(engines)("on $name", ({ evaluate }) => {
  test.each([
    [7, 5],
    [3, 3],
  ])("of whole distributions over %d tokens, the likeliest %d", async (V, count) => {
    const numbers = numbersOf(V);
    const { student, teacher, targets } = numbers;
    const found = await inspect(evaluate, numbers, { teacherLogProbs: floats([B, C, V], teacher.flat()) });
    expect(Object.keys(found).toSorted()).toEqual([
      "divergences",
      "logProbs",
      "teacherLogProbs",
      "teacherTopIds",
      "teacherTopLogProbs",
      "topIds",
      "topLogProbs",
    ]);
    for (const [at, target] of targets.entries()) {
      expect(found["logProbs"]![at]).toBeCloseTo(student[at]![target]!, 6);
      expect(found["teacherLogProbs"]![at]).toBeCloseTo(teacher[at]![target]!, 6);
      const divergence = teacher[at]!.reduce((sum, nats, v) => sum + Math.exp(nats) * (nats - student[at]![v]!), 0);
      expect(found["divergences"]![at]).toBeCloseTo(divergence, 5);
    }
    expectLikeliest(found["topIds"]!, found["topLogProbs"]!, student, count);
    expectLikeliest(found["teacherTopIds"]!, found["teacherTopLogProbs"]!, teacher, count);
  });

  test.each([2, 6])("of top-%d scores, tokens outside of which are told apart", async (K) => {
    const numbers = numbersOf(7);
    const { student, teacher, targets } = numbers;
    const scores = teacher.map((row) => likeliest(row, K));
    const found = await inspect(evaluate, numbers, {
      teacherTopKIds: ints(
        [B, C, K],
        scores.flatMap((row) => row.map(({ id }) => id)),
      ),
      teacherTopKLogProbs: floats(
        [B, C, K],
        scores.flatMap((row) => row.map(({ logProb }) => logProb)),
      ),
    });
    const known = targets.map((target, at) => scores[at]!.find(({ id }) => id === target)?.logProb);
    // Some are known and some are not.
    expect(new Set(known.map((nats) => nats === undefined)).size).toBe(2);
    known.forEach((nats, at) => {
      if (nats === undefined) expect(found["teacherLogProbs"]![at]).toBe(outsideTopK);
      else expect(found["teacherLogProbs"]![at]).toBeCloseTo(nats, 6);
    });
    expectLikeliest(found["topIds"]!, found["topLogProbs"]!, student, 5);
    expectLikeliest(found["teacherTopIds"]!, found["teacherTopLogProbs"]!, teacher, Math.min(5, K));
  });
});

test("nothing is known without a teacher", () => {
  const targets = tf.zeros([1, 1], "int32") as tf.Tensor2D;
  expect(inspectedTokens(tf.zeros([1, 1, 2]), tf.zeros([1, 1]), { targets })).toBeUndefined();
});
