/** Tests of repetition. */
import { expect, test } from "vitest";
import { repetition } from "../../../src/evaluation/measures/repetition.ts";
import { evaluatedOf } from "./evaluated.ts";

test("is the share of n-grams of tokens that were there before, mean over completions", () => {
  // ab ba ab ba ab: two different ones of five. abcd: none is there twice.
  expect(repetition.create({ order: 2 }).of([evaluatedOf("x", "ababab", "abcd")])).toBeCloseTo((3 / 5 + 0) / 2, 12);
  expect(repetition.create({ order: 1 }).of([evaluatedOf("x", "aaaa")])).toBe(0.75);
});

test("is 0 where there is no n-gram", () => {
  expect(repetition.create({ order: 4 }).of([evaluatedOf("x", "abc", "")])).toBe(0);
  expect(repetition.create({ order: 4 }).name).toBe("repetition-4");
});

test("tokens of two digits are not mistaken for two tokens", () => {
  const completion = { text: "", tokens: [1, 12, 11, 2], correct: false };
  expect(repetition.create({ order: 2 }).of([{ prompt: { index: 0, text: "", reference: "" }, completions: [completion] }])).toBe(0);
});
