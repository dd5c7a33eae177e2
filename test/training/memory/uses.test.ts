/** Memory of a policy in use. `npm run bench -- program-memory` compares with what is measured. */
import { describe, expect, test } from "vitest";
import { parameterCount } from "../../../src/policies/initialize.ts";
import { programMemory } from "../../../src/engine/onnx/memory.ts";
import { memoryOf, programOf } from "../../../src/training/memory/uses.ts";
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

test("sizes that no machine has the memory for are estimated without taking it", () => {
  const policy = smallLlama({ contextLength: 2 ** 20 });
  const bytes = (batch: number, length: number): number => memoryOf(policy, { batch, length }).training.running;
  // In proportion to the batch, with the square of the length.
  expect(bytes(1_048_576, 8) / bytes(4096, 8)).toBeCloseTo(256, -1);
  expect(bytes(1, 65_536) / bytes(1, 16_384)).toBeCloseTo(16, -1);
  // The runtime's arena grows in steps, which a line does not.
  const exact = programMemory(programOf("training", policy, { batch: 8192, length: 8 })).running;
  expect(Math.abs(bytes(8192, 8) / exact - 1)).toBeLessThan(0.05);
  const long = programMemory(programOf("training", policy, { batch: 1, length: 4096 })).running;
  expect(Math.abs(bytes(1, 4096) / long - 1)).toBeLessThan(0.2);
});
