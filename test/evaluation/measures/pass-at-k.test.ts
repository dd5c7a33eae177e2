/** Tests of pass@k. */
import { expect, test } from "vitest";
import { passAtK } from "../../../src/evaluation/measures/pass-at-k.ts";
import { evaluatedOf } from "./evaluated.ts";

/** All ways to take k of them. */
const choices = <T>(items: readonly T[], k: number): T[][] =>
  k === 0 ? [[]] : items.flatMap((item, i) => choices(items.slice(i + 1), k - 1).map((rest) => [item, ...rest]));

test.each([1, 2, 3, 5])("is the share of all choices of %i with a right one, mean over prompts", (k) => {
  const prompts = [
    ["y", "n", "n", "y", "n"],
    ["n", "n", "n", "n", "y"],
    ["n", "n", "n", "n", "n"],
  ];
  const shares = prompts.map((texts) => {
    const all = choices(texts, k);
    return all.filter((some) => some.includes("y")).length / all.length;
  });
  const expected = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  expect(passAtK.create({ k }).of(prompts.map((texts) => evaluatedOf("y", ...texts)))).toBeCloseTo(expected, 12);
});

test("needs k completions", () => {
  expect(passAtK.create({ k: 8 })).toMatchObject({ name: "pass@8", samples: 8, references: false });
});
