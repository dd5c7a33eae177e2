/** Tests of BLEU as a measure. */
import { expect, test } from "vitest";
import { bleu } from "../../../src/evaluation/measures/bleu.ts";
import { corpusBleu, sentenceBleu } from "../../../src/text-metrics/bleu.ts";
import { evaluatedOf } from "./evaluated.ts";

test("is of all completions as one corpus, each with its own reference", () => {
  const [first, second] = ["the cat sat on the mat today", "a dog ran in the park again"];
  const evaluated = [evaluatedOf(first, "the cat sat on the mat", first), evaluatedOf(second, "a dog ran in a park again")];
  const expected = corpusBleu([
    { candidate: "the cat sat on the mat", references: [first] },
    { candidate: first, references: [first] },
    { candidate: "a dog ran in a park again", references: [second] },
  ]);
  expect(bleu.create({}).of(evaluated)).toBe(expected);
  expect(expected).not.toBeCloseTo((sentenceBleu({ candidate: "the cat sat on the mat", references: [first] }) + 100) / 2, 0);
  expect(bleu.create({})).toMatchObject({ name: "bleu", references: true });
});

test("is 100 for the references themselves", () => {
  expect(bleu.create({}).of([evaluatedOf("one two three four five", "one two three four five")])).toBeCloseTo(100, 10);
});
