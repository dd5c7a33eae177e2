/** Tests of ROUGE as a measure. */
import { expect, test } from "vitest";
import { rouge } from "../../../src/evaluation/measures/rouge.ts";
import { rougeL, rougeN } from "../../../src/text-metrics/rouge.ts";
import { evaluatedOf } from "./evaluated.ts";

const evaluated = [evaluatedOf("the cat sat on the mat", "the cat sat", "dogs"), evaluatedOf("it rained", "it rained")];

test("is the mean F-measure over all completions, as points of a hundred", () => {
  // Two of the reference's five pairs: precision 1, recall 2/5, F 4/7.
  expect(rouge.create({ variant: "2", stemmer: false }).of(evaluated)).toBeCloseTo((100 * (4 / 7 + 0 + 1)) / 3, 10);
});

test("of single words and of the longest common subsequence too, with stems if asked for", () => {
  const one = [evaluatedOf("cats running home", "running cat")];
  expect(rouge.create({ variant: "1", stemmer: false }).of(one)).toBeCloseTo(
    100 * rougeN("running cat", "cats running home", 1).fMeasure,
    10,
  );
  const stemmed = rougeL("running cat", "cats running home", { stemmer: true }).fMeasure;
  expect(rouge.create({ variant: "L", stemmer: true }).of(one)).toBeCloseTo(100 * stemmed, 10);
  expect(rouge.create({ variant: "1", stemmer: true }).of(one)).toBeGreaterThan(rouge.create({ variant: "1", stemmer: false }).of(one));
});

test("names itself by its variant, and needs references", () => {
  expect(rouge.create({ variant: "L", stemmer: true })).toMatchObject({ name: "rouge-L", samples: 1, references: true });
});
