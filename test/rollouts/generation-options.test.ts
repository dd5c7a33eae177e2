/** What a generation program refuses. */
import { describe, expect, test } from "vitest";
import { ngram } from "../../src/policies/families/ngram.ts";
import { checkGeneration, type GenerationOptions, type Mixed } from "../../src/rollouts/generation-options.ts";

const context = { vocabularySize: 7, contextLength: 24 };
const policy = ngram.create({ order: 2 }, context);
const options = { batch: 1, promptLength: 4, maxNewTokens: 4, temperature: 1, endId: 0, padId: 0 };
const mixed: Mixed = { teacher: ngram.create({ order: 3 }, context), temperature: 1.3, mixture: (student) => student };
const teacher = (changes: Partial<typeof context>) => ngram.create({ order: 2 }, { ...context, ...changes });

describe("options of a generation", () => {
  test.each<[Partial<GenerationOptions>, RegExp]>([
    [{ maxNewTokens: 21 }, /the context of 24 tokens, got 4 \+ 21/],
    [{ batch: 0 }, /batch to be a positive whole number, got 0/],
    [{ promptLength: 1.5 }, /promptLength to be a positive whole number, got 1.5/],
    [{ endId: 7 }, /endId to be a token below 7, got 7/],
    [{ padId: -1 }, /padId to be a token below 7, got -1/],
    [{ temperature: -1 }, /sampling temperature of 0/],
    [{ mixed: { ...mixed, teacher: teacher({ vocabularySize: 6 }) } }, /teacher of the policy's 7 tokens, got 6/],
    [{ mixed: { ...mixed, teacher: teacher({ contextLength: 7 }) } }, /the teacher's context of 7 tokens, got 4 \+ 4/],
    [{ mixed: { ...mixed, temperature: 0 } }, /temperatures above 0 in a mixture, got 1, and 0 for the teacher/],
    [{ mixed: { ...mixed, temperature: -1 } }, /sampling temperature of 0/],
    [{ mixed, temperature: 0 }, /temperatures above 0 in a mixture, got 0, and 1.3 for the teacher/],
  ])("%j are refused", (changes, message) => {
    expect(() => checkGeneration(policy, { ...options, ...changes })).toThrow(message);
  });

  test.each<Partial<GenerationOptions>>([
    { maxNewTokens: 20 },
    { temperature: 0 },
    { mixed },
    { mixed: { ...mixed, teacher: teacher({ contextLength: 8 }) } },
  ])("%j are accepted", (changes) => {
    expect(() => checkGeneration(policy, { ...options, ...changes })).not.toThrow();
  });
});
