/** Tests of whether a training learns from sequences of others. */
import { expect, test } from "vitest";
import { learnsOffPolicy } from "../../../src/training/recipe/off-policy.ts";

test("it does where lambda is below 1 at any time, or is found out in training", () => {
  expect(learnsOffPolicy({ onPolicyFraction: 1 })).toBe(false);
  expect(learnsOffPolicy({ onPolicyFraction: 0.99 })).toBe(true);
  expect(learnsOffPolicy({ onPolicyFraction: { from: 0.5, to: 1 } })).toBe(true);
  expect(learnsOffPolicy({ onPolicyFraction: { from: 1, to: 1 } })).toBe(false);
  expect(learnsOffPolicy({ onPolicyFraction: 1, adaptive: { prompts: 8, rise: 0.1, tolerance: 0.1 } })).toBe(true);
});
