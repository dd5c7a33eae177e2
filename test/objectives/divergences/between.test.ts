/** Tests of divergences over the whole vocabulary: what they refuse, and that a large batch is computed in chunks. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { between } from "../../../src/objectives/divergences/between.ts";
import type { Divergence } from "../../../src/objectives/divergences/divergence.ts";
import { forwardKl } from "../../../src/objectives/divergences/forward-kl.ts";
import { compute, engines } from "../../laws/evaluate.ts";

test("a teacher of another shape is refused with both shapes", () => {
  const at = (teacher: number[], student: number[]) => tf.tidy(() => between(forwardKl, tf.zeros(teacher), tf.zeros(student)));
  expect(() => at([2, 6], [2, 5])).toThrow(/forward-kl: .*\[2, 5\], got \[2, 6\]; .*one vocabulary/);
  expect(() => at([3, 5], [2, 5])).toThrow(RangeError);
});

// The other engines run the same program, ten times slower.
describe.each(engines.filter(({ name }) => name === "onnx"))("on $name", ({ evaluate }) => {
  test("a batch of many numbers is computed in chunks, without being asked", async () => {
    const seen: number[][] = [];
    const watched: Divergence = {
      ...forwardKl,
      formula(teacher, student) {
        seen.push(student.logProbs.shape);
        return forwardKl.formula(teacher, student);
      },
    };
    const [N, V] = [6, 2 ** 19];
    const { value } = await compute(evaluate, {}, () => ({ value: between(watched, tf.fill([N, V], -Math.log(V)), tf.zeros([N, V])) }));
    expect(value).toHaveLength(N);
    expect(Math.max(...Array.from(value, Math.abs))).toBeLessThan(1e-4);
    expect(new Set(seen.map((shape) => shape.join()))).toEqual(new Set([`1,${V}`]));
  });
});
