/** Tests of the reward for a pattern. */
import { expect, test } from "vitest";
import { regularExpression } from "../../src/rewards/regular-expression.ts";
import { textRollout } from "../fixtures/text-rollouts.ts";
import { rewardLaws } from "../laws/reward.laws.ts";

const { signal } = new AbortController();
const make = (pattern: string, options: { whole?: boolean; ignoreCase?: boolean } = {}) =>
  regularExpression.create({ pattern, whole: false, ignoreCase: false, dotAll: false, multiline: false, ...options }, undefined);

rewardLaws(
  () => make("^(a+)+$"),
  ["", "a", "aaa", "aab", "<answer>1</answer>"].map((text) => textRollout(text, "")),
);

test.each([
  ["<answer>\\d+</answer>", {}, "so <answer>12</answer>.", 1],
  ["<answer>\\d+</answer>", { whole: true }, "so <answer>12</answer>.", 0],
  ["<answer>\\d+</answer>", { whole: true, ignoreCase: true }, "<Answer>12</ANSWER>", 1],
  ["^\\p{Lu}", {}, "Ärger", 1],
  ["^\\p{Lu}", {}, "ärger", 0],
] as const)("%s with %j on %j", async (pattern, options, text, expected) => {
  expect(await make(pattern, options).score(textRollout(text, ""), signal)).toEqual({ value: expected, parts: {} });
});

test("a pattern that RE2 does not read is refused when the reward is made", () => {
  expect(() => make("(?=a)")).toThrow(RangeError);
  expect(() => make("(?=a)")).toThrow(/^regular-expression: expected a pattern that RE2 reads, got "\(\?=a\)": /);
});
