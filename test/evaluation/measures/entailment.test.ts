/** Tests of entailment as a measure. */
import { expect, test } from "vitest";
import { entailment } from "../../../src/evaluation/measures/entailment.ts";

const completion = (entailed?: boolean) => ({ text: "", tokens: [], correct: false, ...(entailed === undefined ? {} : { entailed }) });
const prompt = { index: 0, text: "", reference: "" };

test("is the share of completions that the checker calls entailed", () => {
  const evaluated = [
    { prompt, completions: [completion(true), completion(false)] },
    { prompt, completions: [completion(true), completion()] },
  ];
  expect(entailment.create({}).of(evaluated)).toBe(0.5);
  expect(entailment.create({})).toMatchObject({ name: "entailment", samples: 1, entailment: true });
});
