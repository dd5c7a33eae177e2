/** Tests of ROUGE. */
import { expect, test } from "vitest";
import { rougeL, rougeN } from "../../src/text-metrics/rouge.ts";
import { goldenPairs, oddPairs } from "../fixtures/text-metrics.ts";

const all = (candidate: string, reference: string) =>
  [false, true].flatMap((stemmer) =>
    Object.entries({
      rouge1: rougeN(candidate, reference, 1, { stemmer }),
      rouge2: rougeN(candidate, reference, 2, { stemmer }),
      rougeL: rougeL(candidate, reference, { stemmer }),
    }).map(([name, score]) => [stemmer ? `${name}_stemmed` : name, score] as const),
  );

test("F-measures of sentences are those of rouge-score", () => {
  expect(goldenPairs.length).toBe(80);
  for (const { candidate, reference, scores } of goldenPairs)
    for (const [name, { fMeasure }] of all(candidate, reference)) expect(Math.abs(fMeasure - scores[name]!)).toBeLessThan(1e-12);
});

test("precision, recall and F-measure of odd texts are those of rouge-score", () => {
  for (const { candidate, reference, rouge } of oddPairs)
    for (const [name, { precision, recall, fMeasure }] of all(candidate, reference)) {
      for (const [index, value] of [precision, recall, fMeasure].entries())
        expect(Math.abs(value - rouge[name]![index]!), `${name} of ${JSON.stringify([candidate, reference])}`).toBeLessThan(1e-12);
    }
});
