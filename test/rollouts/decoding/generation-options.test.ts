/** What a generation program refuses. */
import { describe, expect, test } from "vitest";
import { ngram } from "../../../src/policies/families/ngram.ts";
import { checkGeneration, endsOf, type GenerationOptions, type Mixed } from "../../../src/rollouts/decoding/generation-options.ts";

const context = { vocabularySize: 7, contextLength: 24 };
const policy = ngram.create({ order: 2 }, context);
const options = { batch: 1, promptLength: 4, maxNewTokens: 4, temperature: 1, endId: 0, padId: 0 };
const mixed: Mixed = { teacher: ngram.create({ order: 3 }, context), temperature: 1.3, mixture: (student) => student };
const teacher = (changes: Partial<typeof context>) => ngram.create({ order: 2 }, { ...context, ...changes });

test("the tokens that end a completion are each named once", () => {
  expect(endsOf({ endId: 3, stopIds: [1, 3] })).toEqual([3, 1]);
  expect(endsOf({ endId: 3 })).toEqual([3]);
});

describe("options of a generation", () => {
  test.each<[Partial<GenerationOptions>, RegExp]>([
    [{ maxNewTokens: 21 }, /the context of 24 tokens, got 4 \+ 21/],
    [{ batch: 0 }, /batch to be a positive whole number, got 0/],
    [{ promptLength: 1.5 }, /promptLength to be a positive whole number, got 1.5/],
    [{ endId: 7 }, /endId to be a token below 7, got 7/],
    [{ padId: -1 }, /padId to be a token below 7, got -1/],
    [{ temperature: -1 }, /sampling temperature of 0/],
    [{ topP: 0 }, /topP to be a probability/],
    [{ stopIds: [1, 7] }, /stopIds to be a token below 7, got 7/],
    [{ batch: 6, group: 4 }, /group to be a whole number that divides the batch of 6, got 4/],
    [{ group: 0 }, /group to be a whole number that divides the batch of 1, got 0/],
    [{ minNewTokens: 5 }, /minNewTokens to be at most maxNewTokens = 4, got 5/],
    [{ minNewTokens: 1, stopIds: [1, 2, 3, 4, 5, 6] }, /a token that does not end a completion of minNewTokens, got none/],
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
    { batch: 6, group: 3, stopIds: [1, 0], minNewTokens: 4, topK: 3, topP: 1, minP: 0, repetitionPenalty: 0.5 },
    { mixed },
    { mixed: { ...mixed, teacher: teacher({ contextLength: 8 }) } },
  ])("%j are accepted", (changes) => {
    expect(() => checkGeneration(policy, { ...options, ...changes })).not.toThrow();
  });
});
