/** Tests of divergences on top-k scores: against double precision, the whole vocabulary, and at the ends of float32. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { between } from "../../../src/objectives/divergences/between.ts";
import type { Divergence } from "../../../src/objectives/divergences/divergence.ts";
import { forwardKl } from "../../../src/objectives/divergences/forward-kl.ts";
import { jsd } from "../../../src/objectives/divergences/jsd.ts";
import { reverseKl } from "../../../src/objectives/divergences/reverse-kl.ts";
import { betweenTopK } from "../../../src/objectives/divergences/top-k.ts";
import { compute, engines, farthest, floats, ints, noise, type Evaluate, type Value } from "../../laws/evaluate.ts";
import {
  finiteDifferences,
  forwardKl as referenceForwardKl,
  jsd as referenceJsd,
  logSoftmax,
  reverseKl as referenceReverseKl,
  type ReferenceDivergence,
} from "../reference.ts";

const [N, V] = [6, 7];

const lines = (data: ArrayLike<number>, width: number): number[][] =>
  Array.from({ length: data.length / width }, (_, i) => Array.from(data).slice(i * width, (i + 1) * width));

const student = noise("student", [N, V], 2);
const teacher = lines(noise("teacher", [N, V], 2).data, V).map((z) => logSoftmax(z));

/** The K likeliest tokens of every position. */
const likeliest = (K: number): { ids: Value; logProbs: Value } => {
  const ids = teacher.map((line) => [...line.keys()].toSorted((a, b) => line[b]! - line[a]!).slice(0, K));
  return {
    ids: ints([N, K], ids.flat()),
    logProbs: floats(
      [N, K],
      ids.flatMap((row, position) => row.map((id) => teacher[position]![id]!)),
    ),
  };
};

/** A divergence of the merged outcomes, in double precision. */
const coarse =
  (reference: ReferenceDivergence, ids: readonly number[], logProbs: readonly number[]) =>
  (z: ArrayLike<number>): number => {
    const p = [...logProbs, Math.log(1 - logProbs.reduce((sum, logP) => sum + Math.exp(logP), 0))];
    const rest = Array.from(z).filter((_, i) => !ids.includes(i));
    return reference(p, [...ids.map((id) => z[id]!), Math.log(rest.reduce((sum, x) => sum + Math.exp(x), 0))]);
  };

const run = (evaluate: Evaluate, divergence: Divergence, ids: Value, logProbs: Value, logits: Value = student) =>
  compute(evaluate, { ids, logProbs, logits }, (inputs) => ({
    value: betweenTopK(divergence, inputs.ids!, inputs.logProbs!, inputs.logits!),
    gradient: tf.grad((z) => tf.sum(betweenTopK(divergence, inputs.ids!, inputs.logProbs!, z)))(inputs.logits!),
  }));

const whole = (evaluate: Evaluate, divergence: Divergence) =>
  compute(evaluate, { scores: floats([N, V], teacher.flat()), logits: student }, ({ scores, logits }) => ({
    value: between(divergence, scores!, logits!),
    gradient: tf.grad((z) => tf.sum(between(divergence, scores!, z)))(logits!),
  }));

const cases: readonly (readonly [Divergence, ReferenceDivergence])[] = [
  [forwardKl, referenceForwardKl],
  [reverseKl, referenceReverseKl],
  [jsd(0.3), referenceJsd(0.3)],
];

describe.each(engines)("divergences on top-k scores, on $name", ({ evaluate }) => {
  test.each(cases)("values and gradients are those of the merged distributions: $name", async (divergence, reference) => {
    for (const K of [1, 3]) {
      const { ids, logProbs } = likeliest(K);
      const { value, gradient } = await run(evaluate, divergence, ids, logProbs);
      const [rows, scores, logits] = [lines(ids.data, K), lines(logProbs.data, K), lines(student.data, V)];
      const exact = rows.map((row, position) => coarse(reference, row, scores[position]!));
      expect(farthest(value, exact.map((f, position) => f(logits[position]!)))).toBeLessThan(1e-5); // prettier-ignore
      const slopes = exact.flatMap((f, position) => finiteDifferences(f, logits[position]!));
      expect(farthest(gradient, slopes)).toBeLessThan(1e-5);
    }
  });

  test.each(cases)("with one token in the tail it is the divergence itself, with fewer scores a lower bound: $name", async (divergence) => {
    const exact = await whole(evaluate, divergence);
    const { ids, logProbs } = likeliest(V - 1);
    const all = await run(evaluate, divergence, ids, logProbs);
    expect(farthest(all.value, exact.value)).toBeLessThan(2e-5);
    expect(farthest(all.gradient, exact.gradient)).toBeLessThan(2e-5);
    let finer = all.value;
    for (const K of [4, 2, 1]) {
      const scores = likeliest(K);
      const { value } = await run(evaluate, divergence, scores.ids, scores.logProbs);
      expect(Array.from(value).every((nats, position) => nats >= 0 && nats < finer[position]! + 1e-6)).toBe(true);
      finer = value;
    }
  });

  test("it is zero where the merged distributions agree, and not where they differ in the tail's mass alone", async () => {
    const z = [1, -1, 0.5, 2, 0];
    const q = logSoftmax(z);
    const moved = [1, -1, 0.5 + Math.log(1.5), 2 + Math.log(0.7), 0];
    // The mass of tokens 2, 3 and 4 is kept and only shared otherwise.
    moved[4] = Math.log(Math.exp(0.5) + Math.exp(2) + 1 - Math.exp(moved[2]!) - Math.exp(moved[3]!));
    const logProbs = floats([3, 2], [q[1]!, q[0]!, q[1]!, q[0]!, q[1]! - 0.7, q[0]! - 0.7]);
    const logits = floats([3, 5], [...z, ...moved, ...z]);
    const { value, gradient } = await run(evaluate, jsd(0.5), ints([3, 2], [1, 0, 1, 0, 1, 0]), logProbs, logits);
    expect(Math.max(...Array.from(value).slice(0, 2).map(Math.abs))).toBeLessThan(1e-6);
    expect(Math.max(...Array.from(gradient).slice(0, 10).map(Math.abs))).toBeLessThan(1e-6);
    expect(value[2]).toBeGreaterThan(0.005);
  });

  test("it is finite at logits of +-80, scores of -200, no tail mass, and equal ids", async () => {
    const logits = floats([5, 4], [80, -80, 0, 80, 80, 80, -80, -80, -80, -80, 80, 80, 80, 79, -80, -80, 0, 0, 0, 0]);
    const logProbs = floats([5, 2], [0, -200, Math.log(0.5), Math.log(0.5), 0, -200, -200, -200, 0, 0]);
    const ids = ints([5, 2], [0, 1, 0, 1, 0, 1, 3, 2, 0, 0]);
    for (const [divergence] of cases) {
      const { value, gradient } = await run(evaluate, divergence, ids, logProbs, logits);
      expect([...value, ...gradient].every(Number.isFinite)).toBe(true);
    }
    // The student's tail of exp(-160) has no part in one minus a sum of float32.
    const { value } = await run(evaluate, forwardKl, ints([1, 1], [0]), floats([1, 1], [Math.log(0.5)]), floats([1, 2], [160, 0]));
    expect(value[0]).toBeCloseTo(80 - Math.LN2, 3);
  });

  test("leading axes are positions, and the teacher gets no gradient", async () => {
    const { ids, logProbs } = likeliest(2);
    const flat = await run(evaluate, reverseKl, ids, logProbs);
    const cube = (value: Value): Value => ({ ...value, shape: [2, 3, value.shape[1]!] });
    const { value, gradient } = await run(evaluate, reverseKl, cube(ids), cube(logProbs), cube(student));
    expect(farthest(value, flat.value)).toBe(0);
    expect(farthest(gradient, flat.gradient)).toBe(0);
  });
});

describe("refusals", () => {
  const at = (ids: readonly number[], logProbs: readonly number[], logits: readonly number[], divergence: Divergence = forwardKl) =>
    tf.tidy(() => betweenTopK(divergence, tf.zeros([...ids], "int32"), tf.zeros([...logProbs]), tf.zeros([...logits])).shape);

  test("shapes", () => {
    expect(at([2, 3, 1], [2, 3, 1], [2, 3, 4])).toEqual([2, 3]);
    expect(() => at([2, 3], [2, 2], [2, 5])).toThrow(
      /forward-kl: expected ids and log-probs of one shape.*\[2, 3\], \[2, 2\] and \[2, 5\]/,
    );
    expect(() => at([3, 2], [3, 2], [2, 5])).toThrow(RangeError);
    expect(() => at([2, 5], [2, 5], [2, 5])).toThrow(/expected 1 to 4 teacher scores of a vocabulary of 5, got 5/);
  });

  test("a divergence that is not defined on a merged tail says why", () => {
    const refusing: Divergence = { ...forwardKl, refusesTail: "its weights depend on single tokens" };
    expect(() => at([2, 1], [2, 1], [2, 5], refusing)).toThrow(/forward-kl: .*its weights depend on single tokens/);
  });
});
