/** Tests of BLEU. */
import { expect, test } from "vitest";
import { corpusBleu, selfBleu, sentenceBleu } from "../../src/text-metrics/bleu.ts";
import { corpusScores, goldenPairs, oddPairs, severalReferences } from "../fixtures/text-metrics.ts";

const near = (value: number, expected: number, of: unknown): void => {
  expect(Math.abs(value - expected), JSON.stringify(of)).toBeLessThan(1e-9);
};

test("sentences have sacrebleu's BLEU", () => {
  for (const { candidate, reference, scores } of goldenPairs)
    near(sentenceBleu({ candidate, references: [reference] }), scores["sentence_bleu"]!, candidate);
  for (const { candidate, reference, bleu } of oddPairs)
    near(sentenceBleu({ candidate, references: [reference] }), bleu, [candidate, reference]);
  for (const comparison of severalReferences) near(sentenceBleu(comparison), comparison.bleu, comparison);
});

test("a corpus has sacrebleu's BLEU", () => {
  const corpus = goldenPairs.map(({ candidate, reference }) => ({ candidate, references: [reference] }));
  near(corpusBleu(corpus), corpusScores["bleu"]!, "corpus");
  const two = corpus.slice(0, -1).map(({ candidate, references }, index) => ({
    candidate,
    references: [...references, goldenPairs[index + 1]!.reference],
  }));
  near(corpusBleu(two), corpusScores["bleu with two references"]!, "two references");
  const short = [
    { candidate: "a b", references: ["a b"] },
    { candidate: "c", references: ["c d"] },
  ];
  expect([corpusBleu(short), corpusScores["bleu of short texts"], corpusBleu([])]).toEqual([0, 0, 0]);
});

test("self-BLEU is the mean of each against the others", () => {
  near(selfBleu(goldenPairs.slice(0, 12).map(({ candidate }) => candidate)), corpusScores["self-bleu"]!, "self-bleu");
  expect(selfBleu(Array.from({ length: 5 }, () => "the same words again and again"))).toBe(100);
  expect(selfBleu(["a b c", "d e f"])).toBe(0);
});

test("nothing to compare with is refused", () => {
  expect(() => sentenceBleu({ candidate: "a", references: [] })).toThrow(
    new RangeError("bleu: expected at least one reference for each candidate, got none"),
  );
  expect(() => selfBleu(["a"])).toThrow(new RangeError("self-bleu: expected at least two texts, got 1"));
});
