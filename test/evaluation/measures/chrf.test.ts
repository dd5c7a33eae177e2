/** Tests of chrF as a measure. */
import { expect, test } from "vitest";
import { chrf } from "../../../src/evaluation/measures/chrf.ts";
import { corpusChrf } from "../../../src/text-metrics/chrf.ts";
import { evaluatedOf } from "./evaluated.ts";

const evaluated = [evaluatedOf("the cat sat", "the cat"), evaluatedOf("it rained", "it rains", "it rained")];
const comparisons = [
  { candidate: "the cat", references: ["the cat sat"] },
  { candidate: "it rains", references: ["it rained"] },
  { candidate: "it rained", references: ["it rained"] },
];

test("is of all completions as one corpus, with words too if asked for", () => {
  expect(chrf.create({ words: false }).of(evaluated)).toBe(corpusChrf(comparisons));
  expect(chrf.create({ words: true }).of(evaluated)).toBe(corpusChrf(comparisons, { wordOrder: 2 }));
  expect(corpusChrf(comparisons)).not.toBe(corpusChrf(comparisons, { wordOrder: 2 }));
});

test("names itself as sacrebleu does", () => {
  expect([false, true].map((words) => chrf.create({ words }).name)).toEqual(["chrf", "chrf++"]);
});
