/** Tests of Kendall's tau. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { kendallTau } from "../../../src/evaluation/statistics/kendall-tau.ts";

interface Ranks {
  a: number[];
  b: number[];
  tau: number;
}
const reference = JSON.parse(readFileSync("test/fixtures/statistics_reference.json", "utf8")) as { ranks: Ranks[] };

test.each(reference.ranks)("it is SciPy's tau-b, with ties and without: case %#", ({ a, b, tau }) => {
  expect(kendallTau(a, b)).toBeCloseTo(tau, 12);
  expect(kendallTau(b, a)).toBeCloseTo(tau, 12);
  expect(
    kendallTau(
      a.map((value) => -value),
      b,
    ),
  ).toBeCloseTo(-tau, 12);
});

test("of lists that are tied throughout, and of one number, it is not known", () => {
  expect(kendallTau([1, 1, 1], [1, 2, 3])).toBeNaN();
  expect(kendallTau([1], [2])).toBeNaN();
});

test("lists of unlike lengths have none", () => {
  expect(() => kendallTau([1, 2], [1])).toThrow("expected lists of one length, got 2 and 1 numbers");
});
