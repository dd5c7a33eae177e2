/** Tests of rewards on one scale. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalizerOf, rewardNormalizer, type NormalizationState } from "../../src/rewards/normalization.ts";
import type { RewardScore } from "../../src/rewards/reward.ts";
import { answeredTask } from "../fixtures/text-rollouts.ts";

const score = (parts: Record<string, number>): RewardScore => ({
  value: Object.values(parts).reduce((sum, value) => sum + value, 0),
  parts,
});
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]): number => {
  const squares = values.map((value) => (value - mean(values)) ** 2);
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / Math.max(1, values.length - 1));
};
const scaled = (value: number, values: readonly number[]): number => (value - mean(values)) / (deviation(values) + 1e-4);

describe("by group", () => {
  test("each reward of a group is normalised by its own values, then weighed and summed", () => {
    const a = [1, 2, 3, 10, 10, 10];
    const b = [100, 300, 200, 0, 1, 2];
    const normalizer = rewardNormalizer([
      { name: "a", weight: 2, normalize: "group" },
      { name: "b", weight: -0.5 },
    ]);
    const { values, state } = normalizer.sums(
      a.map((value, i) => score({ a: value, b: b[i]! })),
      3,
      {},
    );
    const expected = a.map((value, i) => 2 * scaled(value, i < 3 ? a.slice(0, 3) : a.slice(3)) - 0.5 * b[i]!);
    for (const [i, value] of values.entries()) expect(value).toBeCloseTo(expected[i]!, 4);
    expect(Array.from(values.subarray(3))).toEqual([0, -0.5, -1]);
    expect(state).toEqual({});
  });
});

describe("by all values so far", () => {
  const normalizer = rewardNormalizer([{ name: "a", weight: 1, normalize: "running" }]);

  test("values are normalised by those of earlier steps and of their own, however the steps are cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 6 }),
        (steps) => {
          let state: NormalizationState = {};
          const seen: number[] = [];
          for (const step of steps) {
            seen.push(...step);
            // As a checkpoint would write and read it.
            const before = JSON.parse(JSON.stringify(state)) as NormalizationState;
            const next = normalizer.sums(
              step.map((value) => score({ a: value })),
              1,
              before,
            );
            ({ state } = next);
            for (const [i, value] of next.values.entries()) {
              const expected = scaled(step[i]!, seen);
              expect(Math.abs(value - expected)).toBeLessThan(
                1e-5 * Math.max(1, Math.abs(expected)) + 1e-2 * Number(deviation(seen) < 1e-6),
              );
            }
          }
          expect(state["a"]!.count).toBe(seen.length);
        },
      ),
      { seed: 3 },
    );
  });

  test("the first value of all is 0", () => {
    expect(Array.from(normalizer.sums([score({ a: 7 })], 1, {}).values)).toEqual([0]);
  });

  test("a large offset costs no precision", () => {
    let state: NormalizationState = {};
    let last = new Float32Array();
    for (let step = 0; step < 100; step += 1) {
      const next = normalizer.sums(
        [-1, 0, 1].map((value) => score({ a: 1e9 + value })),
        3,
        state,
      );
      ({ state } = next);
      last = next.values as Float32Array<ArrayBuffer>;
    }
    expect(last[2]).toBeCloseTo(1 / Math.sqrt((2 / 3) * (300 / 299)), 2);
    expect(last[1]).toBeCloseTo(0, 3);
  });
});

test("a score in the stead of one that failed counts as it is, and in no mean", () => {
  const substitute: RewardScore = { value: -7, parts: {} };
  for (const normalize of ["group", "running"] as const) {
    const normalizer = rewardNormalizer([{ name: "constructor", weight: 1, normalize }]);
    const { values, state } = normalizer.sums([score({ constructor: 1 }), substitute, score({ constructor: 3 })], 3, {});
    expect(values[1]).toBe(-7);
    expect([values[0], values[2]].map((value) => value!.toFixed(3))).toEqual(["-0.707", "0.707"]);
    expect(Object.keys(state)).toEqual(normalize === "running" ? ["constructor"] : []);
  }
});

test("a file's list says which, by the names in it; none is asked for nothing", () => {
  const context = { task: answeredTask, folder: "." };
  const brevity = { type: "brevity", target: 1, limit: 2 } as const;
  expect(normalizerOf([brevity], context)).toBeUndefined();
  const normalizer = normalizerOf(
    [
      { ...brevity, normalize: "running" },
      { ...brevity, name: "second", weight: 10 },
    ],
    context,
  );
  const { values, state } = normalizer!.sums([score({ brevity: 1, second: 2 }), score({ brevity: 3, second: 4 })], 1, {});
  expect(Object.keys(state)).toEqual(["brevity"]);
  expect(Array.from(values, (value) => value.toFixed(3))).toEqual(["19.293", "40.707"]);
});
