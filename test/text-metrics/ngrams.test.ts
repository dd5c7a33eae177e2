/** Tests of n-grams. */
import { expect, test } from "vitest";
import { countNgrams, matchesOf, ngramsIn } from "../../src/text-metrics/ngrams.ts";

test("every run counts", () => {
  expect(Object.fromEntries(countNgrams(["a", "b", "a", "b"], 2))).toEqual({ "a b": 2, "b a": 1 });
  expect([countNgrams(["a"], 2).size, ngramsIn(1, 2), ngramsIn(4, 2)]).toEqual([0, 0, 3]);
});

test("matches count at most as often as in the other", () => {
  const [one, other] = [countNgrams(["a", "a", "a", "b"], 1), countNgrams(["a", "a", "c"], 1)];
  expect([matchesOf(one, other), matchesOf(other, one)]).toEqual([2, 2]);
});
