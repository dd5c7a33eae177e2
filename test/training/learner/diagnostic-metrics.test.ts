/** Tests of metrics from sums and counts: by hand, with positions and writers without a token. */
import { expect, test } from "vitest";
import { diagnosticMetrics } from "../../../src/training/learner/diagnostic-metrics.ts";

const floats = (...values: readonly number[]): Float32Array => Float32Array.from(values);

test("are means over each writer's tokens, the gap of the means, and means by position", () => {
  // Six positions: the student's sequences have 2, 2, 2, 1, 0 and 0 tokens, the others' 1 and no more.
  const metrics = diagnosticMetrics({
    counts: floats(2, 2, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0),
    "sums/forward-kl": floats(2, 4, 6, 2, 0, 0, 3, 0, 0, 0, 0, 0),
    "sums/entropy": floats(7, 0, 0, 7, 0, 0, 1, 0, 0, 0, 0, 0),
    "sums/teacher-entropy": floats(3.5, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0),
  });
  expect(metrics).toEqual({
    "inspection/own-prefixes/forward-kl": 2,
    "inspection/own-prefixes/entropy": 2,
    "inspection/own-prefixes/teacher-entropy": 0.5,
    "inspection/own-prefixes/entropy-gap": 1.5,
    "inspection/own-prefixes/forward-kl/position-1": 1,
    "inspection/own-prefixes/forward-kl/position-2": 2,
    "inspection/own-prefixes/forward-kl/position-3-4": 8 / 3,
    "inspection/other-prefixes/forward-kl": 3,
    "inspection/other-prefixes/entropy": 1,
    "inspection/other-prefixes/teacher-entropy": 2,
    "inspection/other-prefixes/entropy-gap": -1,
    "inspection/other-prefixes/forward-kl/position-1": 3,
  });
});

test("positions are told in powers of two, whatever the longest completion", () => {
  const namesOf = (C: number): string[] =>
    Object.keys(diagnosticMetrics({ counts: new Float32Array(2 * C).fill(1, 0, C), "sums/reverse-kl": new Float32Array(2 * C) }))
      .filter((name) => name.includes("position"))
      .map((name) => name.slice("inspection/own-prefixes/reverse-kl/position-".length));
  expect(namesOf(1)).toEqual(["1"]);
  expect(namesOf(3)).toEqual(["1", "2", "3-4"]);
  expect(namesOf(9)).toEqual(["1", "2", "3-4", "5-8", "9-16"]);
  expect(namesOf(2048)).toHaveLength(12);
});

test("what was not measured is not shown", () => {
  expect(diagnosticMetrics({})).toEqual({});
  expect(diagnosticMetrics({ counts: new Float32Array(4), "sums/entropy": new Float32Array(4) })).toEqual({});
  expect(diagnosticMetrics({ counts: floats(1, 1, 0, 0), "sums/entropy": floats(1, 2, 0, 0) })).toEqual({
    "inspection/own-prefixes/entropy": 1.5,
  });
});
