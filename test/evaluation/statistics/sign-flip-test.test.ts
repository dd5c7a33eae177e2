/** Tests of the paired permutation test. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { signFlipTest } from "../../../src/evaluation/statistics/sign-flip-test.ts";
import { normal, stream } from "../../../src/random/stream.ts";

const { paired } = JSON.parse(readFileSync("test/fixtures/statistics_reference.json", "utf8")) as {
  paired: { differences: number[]; signFlipP: number }[];
};

test.each(paired)("equals SciPy's exact permutation test: case %#", ({ differences, signFlipP }) => {
  expect(signFlipTest([differences])).toBeCloseTo(signFlipP, 12);
});

test("three seeds that agree give 1/4, and no less", () => {
  expect(signFlipTest([[5, 5.5, 100]])).toBe(0.25);
});

test("strata count alike, however many seeds they have", () => {
  // Means of means: 3 +- 0.5 (alike signs of the first two: 1 and -1, else 0). Patterns with |mean| as far as the real one: all alike or all turned.
  expect(signFlipTest([[1, 1], [6]])).toBe(2 / 8);
});

test("of many differences the share is of drawn patterns, near the exact one, and the same each time", () => {
  const uniforms = stream(2, "test", "flips");
  const differences = Array.from({ length: 17 }, () => normal(uniforms) + 0.3);
  const share = signFlipTest([differences]);
  expect(signFlipTest([differences])).toBe(share);
  const total = differences.reduce((sum, value) => sum + value, 0);
  let far = 0;
  for (let pattern = 0; pattern < 2 ** 17; pattern += 1) {
    const sum = differences.reduce((so, value, index) => so + (((pattern >> index) & 1) === 1 ? -value : value), 0);
    if (Math.abs(sum) >= Math.abs(total) - 1e-9) far += 1;
  }
  expect(Math.abs(share - far / 2 ** 17)).toBeLessThan(0.01);
});
