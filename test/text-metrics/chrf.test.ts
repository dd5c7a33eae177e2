/** Tests of chrF. */
import { expect, test } from "vitest";
import { corpusChrf, sentenceChrf } from "../../src/text-metrics/chrf.ts";
import { corpusScores, goldenPairs, oddPairs, severalReferences } from "../fixtures/text-metrics.ts";

const variants = [
  ["chrf", {}],
  ["chrf++", { wordOrder: 2 }],
] as const;

const near = (value: number, expected: number, of: unknown): void => {
  expect(Math.abs(value - expected), JSON.stringify(of)).toBeLessThan(1e-9);
};

test.each(variants)("sentences have sacrebleu's %s", (name, options) => {
  for (const { candidate, reference, scores } of goldenPairs)
    near(sentenceChrf({ candidate, references: [reference] }, options), scores[name]!, candidate);
  for (const pair of oddPairs) near(sentenceChrf({ candidate: pair.candidate, references: [pair.reference] }, options), pair[name], pair);
  for (const comparison of severalReferences) near(sentenceChrf(comparison, options), comparison[name], comparison);
});

test.each(variants)("a corpus has sacrebleu's %s", (name, options) => {
  const corpus = goldenPairs.map(({ candidate, reference }) => ({ candidate, references: [reference] }));
  near(corpusChrf(corpus, options), corpusScores[name]!, name);
});

test("a corpus takes each text's better reference", () => {
  const two = goldenPairs.slice(0, -1).map(({ candidate, reference }, index) => ({
    candidate,
    references: [reference, goldenPairs[index + 1]!.reference],
  }));
  near(corpusChrf(two), corpusScores["chrf with two references"]!, "two references");
  expect(corpusChrf([])).toBe(0);
});

test("nothing to compare with is refused", () => {
  expect(() => sentenceChrf({ candidate: "a", references: [] })).toThrow(
    new RangeError("chrf: expected at least one reference for each candidate, got none"),
  );
});
