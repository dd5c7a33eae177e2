/** Tests of the average of the student's weights. */
import { describe, expect, test } from "vitest";
import { AveragedWeights } from "../../../src/training/learner/averaged-weights.ts";

test("each step leaves the decay of what was, and takes in the rest of the weights", () => {
  const average = new AveragedWeights(0.75, { a: Float32Array.of(1, 0), b: Float32Array.of(8) });
  average.follow({ a: Float32Array.of(5, 4), b: Float32Array.of(0), other: Float32Array.of(1) });
  expect(average.read()).toEqual({ a: Float32Array.of(2, 1), b: Float32Array.of(6) });
  average.follow({ a: Float32Array.of(2, 9), b: Float32Array.of(-2) });
  expect(average.read()).toEqual({ a: Float32Array.of(2, 3), b: Float32Array.of(4) });
});

test("is rounded once, from float64", () => {
  const average = new AveragedWeights(0.9, { a: Float32Array.of(0.1) });
  average.follow({ a: Float32Array.of(0.3) });
  expect(average.read()["a"]).toEqual(Float32Array.of(0.9 * Math.fround(0.1) + (1 - 0.9) * Math.fround(0.3)));
});

test("neither what it starts from nor what it gives is its own", () => {
  const start = { a: Float32Array.of(1) };
  const average = new AveragedWeights(0, start);
  average.read()["a"]![0] = 7;
  average.follow({ a: Float32Array.of(2) });
  expect([start, average.read()]).toEqual([{ a: Float32Array.of(1) }, { a: Float32Array.of(2) }]);
});

describe("refuses", () => {
  test.each([1, -0.1, Number.NaN])("a decay of %s", (decay) => {
    expect(() => new AveragedWeights(decay, {})).toThrow(`teacher: expected a decay of at least 0 and below 1, got ${decay}`);
  });

  test("weights of other names and sizes", () => {
    const average = new AveragedWeights(0.5, { a: Float32Array.of(1) });
    expect(() => average.follow({})).toThrow("teacher: expected 1 weights of a to follow, got none");
    expect(() => average.follow({ a: new Float32Array(2) })).toThrow("teacher: expected 1 weights of a to follow, got 2");
  });
});
