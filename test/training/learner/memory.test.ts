/** Memory of a policy in use. `npm run bench -- program-memory` compares with what is measured. */
import { describe, expect, test } from "vitest";
import { parameterCount } from "../../../src/policies/initialize.ts";
import { memoryOf } from "../../../src/training/learner/memory.ts";
import { bigram, smallLlama, smallT5 } from "../../fixtures/recipes.ts";

const roomy = { contextLength: 256 };

describe.each([
  ["bigram", bigram(roomy)],
  ["llama", smallLlama(roomy)],
  ["t5", smallT5("1.1", roomy)],
])("a %s", (_, policy) => {
  const weights = 4 * parameterCount(policy);
  const few = memoryOf(policy, { batch: 2, length: 64 });
  const more = memoryOf(policy, { batch: 8, length: 64 });

  test("is held once to sample and to score, and with both moments to learn", () => {
    expect(few.sampling.inputs - weights).toBeLessThan(2 * 64 * 20);
    expect(few.scoring.inputs - weights).toBe(4 * 4 * 2 * 63);
    expect(few.training.inputs - 3 * weights).toBeGreaterThanOrEqual(4 * 2 * 32 * policy.vocabularySize);
  });

  test("takes about four times as much for four times as many sequences, beside what does not grow with them", () => {
    for (const use of ["sampling", "scoring", "training"] as const) {
      const grown = more[use].running / few[use].running;
      expect([use, grown > 1.5 && grown < 4.5]).toEqual([use, true]);
    }
    // The new weights and moments, in the runtime's memory and copied out.
    expect(few.training.running).toBeGreaterThan(6 * weights);
    expect(few.scoring.running).toBeGreaterThan(2 * 4 * 2 * 32 * policy.vocabularySize);
  });
});

test("sizes that do not fit the policy are refused", () => {
  expect(() => memoryOf(smallLlama(), { batch: 1, length: 17 })).toThrow(RangeError);
  expect(() => memoryOf(smallLlama(), { batch: 0, length: 8 })).toThrow(RangeError);
});
