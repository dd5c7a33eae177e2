/** Tests of pairs of completions. */
import { expect, test } from "vitest";
import { pairOf, pairSource } from "../../../src/rollouts/batches/pairs.ts";
import type { Prompt } from "../../../src/tasks/task.ts";

const prompts = Array.from({ length: 6 }, (_, index): Prompt => ({ index, text: `p${index}`, reference: "good", rejected: "bad" }));

test("a pair is the prompt with each of its completions, the better one first", () => {
  const [better, worse] = pairOf(prompts[2]!);
  expect([better.text, worse.text, better.reference, worse.reference]).toEqual(["p2", "p2", "good", "bad"]);
  const { rejected: _, ...alone } = prompts[0]!;
  expect(() => pairOf(alone)).toThrow(new RangeError('pairs: expected a rejected completion of the prompt "p0", got none'));
});

test("three steps of two pairs are a pass over six prompts, in the order of the seed", () => {
  const at = pairSource({ seed: 1, prompts, batch: 4 });
  const texts = (step: number): string[] =>
    at(step).flatMap((assignment) => ("prompts" in assignment ? assignment.prompts.map(({ text }) => text) : []));
  const pass = [1, 2, 3].flatMap(texts);
  expect(pass).toHaveLength(12);
  for (let pair = 0; pair < 6; pair += 1) expect(pass[2 * pair]).toBe(pass[2 * pair + 1]);
  expect(new Set(pass).size).toBe(6);
  expect([4, 5, 6].flatMap(texts)).not.toEqual(pass);
  expect(pairSource({ seed: 1, prompts, batch: 4 })(2)).toEqual(at(2));
});

test("no prompts, odd batches and prompts without a pair are refused", () => {
  expect(() => pairSource({ seed: 1, prompts: [], batch: 4 })).toThrow("pairs: expected at least one training prompt, got none");
  expect(() => pairSource({ seed: 1, prompts, batch: 3 })).toThrow("pairs: expected an even batch, got 3");
  expect(() => pairSource({ seed: 1, prompts: [{ index: 0, text: "x", reference: "y" }], batch: 2 })).toThrow(
    "pairs: expected a rejected completion",
  );
});
