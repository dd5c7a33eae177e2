/** Tests of step diagnostics against plain doubles: sums by writer and position, padding, parts of a batch, top-k scores, no teacher. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import type { TypedArray } from "../../../src/engine/program.ts";
import type { Signals } from "../../../src/objectives/objective.ts";
import { diagnosticSums, tokenMeasures } from "../../../src/training/learner/step-diagnostics.ts";
import { agreementOf, likeliest, logSoftmax, rowsOf } from "../../fixtures/distributions.ts";
import { compute, engines, floats, ints, noise, type Evaluate, type Value } from "../../laws/evaluate.ts";

const [B, C, V] = [5, 4, 12];
/** Tokens of each completion; the last row fills the batch up. */
const lengths = [4, 1, 3, 2, 0];
const fromStudent = [1, 0, 1, 0, 1];
const mask = lengths.flatMap((length) => Array.from({ length: C }, (_, t) => Number(t < length)));

const teacher = rowsOf(noise("teacher", [B, C, V], 2).data, V).map((row, at) =>
  // As a batch is collated: what is not scored is zero.
  mask[at] === 1 ? logSoftmax(row).map(Math.fround) : row.map(() => 0),
);
const logits = noise("student", [B, C, V], 2);
const student = rowsOf(logits.data, V).map(logSoftmax);
const whole = { logits, teacherLogProbs: floats([B, C, V], teacher.flat()) };
const masks = { completionMask: floats([B, C], mask), fromStudent: floats([B], fromStudent) };

const topKScores = (K: number): Record<string, Value> => {
  const scores = teacher.map((row) => likeliest(row, K));
  return {
    teacherTopKIds: ints(
      [B, C, K],
      scores.flatMap((row) => row.map(({ id }) => id)),
    ),
    teacherTopKLogProbs: floats(
      [B, C, K],
      scores.flatMap((row) => row.map(({ logProb }) => logProb)),
    ),
  };
};

const sumsOf = (evaluate: Evaluate, values: Readonly<Record<string, Value>>): Promise<Record<string, TypedArray>> =>
  compute(evaluate, { ...masks, ...values }, ({ logits: given, ...signals }) =>
    diagnosticSums(tokenMeasures(given as tf.Tensor3D, signals as Partial<Signals>)!, {
      completionMask: signals["completionMask"] as tf.Tensor2D,
      fromStudent: signals["fromStudent"] as tf.Tensor1D,
    }),
  );

/** Sums by hand, [2, C]: of the student's sequences and of the others'. */
const byHand = (of: (at: number) => number): number[] =>
  [1, 0].flatMap((writer) =>
    Array.from({ length: C }, (_, t) =>
      lengths.reduce((sum, length, row) => sum + (fromStudent[row] === writer && t < length ? of(row * C + t) : 0), 0),
    ),
  );

const expectNear = (found: TypedArray, expected: readonly number[], name: string): void => {
  expect(found, name).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i], `${name} ${i}`).toBeCloseTo(value, 4);
};

describe.each(engines)("on $name", ({ evaluate }) => {
  test("sums are those of all completion tokens by writer and position, and of nothing else", async () => {
    const found = await sumsOf(evaluate, whole);
    const tokens = teacher.map((row, at) => agreementOf(row, student[at]!, 5));
    expect(Object.keys(found).toSorted()).toEqual(["counts", ...Object.keys(tokens[0]!).map((name) => `sums/${name}`)].toSorted());
    expect([...found["counts"]!]).toEqual([2, 2, 2, 1, 2, 1, 0, 0]);
    for (const name of Object.keys(tokens[0]!))
      expectNear(
        found[`sums/${name}`]!,
        byHand((at) => tokens[at]![name]!),
        name,
      );
  });

  test("padding of any value changes nothing", async () => {
    const found = await sumsOf(evaluate, whole);
    const strange = logits.data.map((x, i) => (mask[Math.floor(i / V)] === 1 ? x : 1e30 * x));
    const scores = teacher.flatMap((row, at) => (mask[at] === 1 ? row : row.map(() => -Infinity)));
    expect(await sumsOf(evaluate, { logits: floats([B, C, V], strange), teacherLogProbs: floats([B, C, V], scores) })).toEqual(found);
  });

  test("sums of parts of a batch add up to those of all of it", async () => {
    const all = await sumsOf(evaluate, whole);
    const part = (from: number, to: number): Promise<Record<string, TypedArray>> => {
      const cut = ({ shape, data }: Value): Value => {
        const width = data.length / B;
        return floats([to - from, ...shape.slice(1)], data.slice(from * width, to * width));
      };
      return sumsOf(evaluate, Object.fromEntries(Object.entries({ ...masks, ...whole }).map(([name, value]) => [name, cut(value)])));
    };
    const parts = [await part(0, 1), await part(1, 3), await part(3, B)];
    for (const [name, values] of Object.entries(all))
      expectNear(
        values,
        Array.from(values, (_, i) => parts.reduce((sum, one) => sum + one[name]![i]!, 0)),
        name,
      );
  });

  test.each([5, 7])("of the teacher's top-%d scores, entropy and overlap are known and nothing else", async (K) => {
    const found = await sumsOf(evaluate, { logits, ...topKScores(K) });
    expect(Object.keys(found).toSorted()).toEqual(["counts", "sums/entropy", "sums/top-5-overlap"]);
    const tokens = teacher.map((row, at) => agreementOf(row, student[at]!, 5));
    for (const name of ["entropy", "top-5-overlap"])
      expectNear(
        found[`sums/${name}`]!,
        byHand((at) => tokens[at]![name]!),
        name,
      );
  });

  test("fewer scores, or a vocabulary of five tokens, tell no overlap", async () => {
    expect(Object.keys(await sumsOf(evaluate, { logits, ...topKScores(4) }))).toEqual(["counts", "sums/entropy"]);
    const five = { logits: noise("student", [B, C, 5]), teacherLogProbs: noise("teacher", [B, C, 5]) };
    expect(Object.keys(await sumsOf(evaluate, five))).not.toContain("sums/top-5-overlap");
  });
});

test("nothing is measured without a teacher of the same vocabulary", () => {
  expect(tokenMeasures(tf.zeros([1, 1, 9]), {})).toBeUndefined();
  expect(tokenMeasures(tf.zeros([1, 1, 9]), { foreignTeacherLogProbs: tf.zeros([1, 1, 7]) })).toBeUndefined();
});
