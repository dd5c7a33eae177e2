/** Tests of self-BLEU as a measure. */
import { expect, test } from "vitest";
import { selfBleu } from "../../../src/evaluation/measures/self-bleu.ts";
import { selfBleu as selfBleuOf } from "../../../src/text-metrics/bleu.ts";
import { evaluatedOf } from "./evaluated.ts";

const measure = selfBleu.create({});

test("is 100 where all completions of a prompt are the same, and low where they share nothing", () => {
  const same = "one two three four";
  expect(measure.of([evaluatedOf("x", same, same, same)])).toBeCloseTo(100, 10);
  expect(measure.of([evaluatedOf("x", same, "five six seven eight")])).toBe(0);
});

test("is the mean over prompts; completions of another prompt are not compared", () => {
  const [a, b] = [
    ["one two three four", "one two three five"],
    ["one two three four", "six seven eight nine"],
  ] as const;
  expect(measure.of([evaluatedOf("x", ...a), evaluatedOf("x", ...b)])).toBeCloseTo((selfBleuOf(a) + selfBleuOf(b)) / 2, 10);
});

test("needs two completions of each prompt, and no references", () => {
  expect(measure).toMatchObject({ name: "self-bleu", samples: 2, references: false });
});
