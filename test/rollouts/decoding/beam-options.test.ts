/** Tests of what beam search is made for: what is refused, and that it is a generation of K completions a prompt. */
import { expect, test } from "vitest";
import { ngram } from "../../../src/policies/families/ngram.ts";
import { checkBeams, generationOf, type BeamOptions } from "../../../src/rollouts/decoding/beam-options.ts";

const policy = ngram.create({ order: 3 }, { vocabularySize: 3, contextLength: 16 });
const options: BeamOptions = {
  batch: 2,
  promptLength: 4,
  maxNewTokens: 3,
  endId: 0,
  padId: 0,
  beams: 2,
  lengthPenalty: 0,
  earlyStopping: false,
};

test.each<[Partial<BeamOptions>, RegExp]>([
  [{ beams: 0 }, /beam search: expected beams to be a whole number from 1, got 0/u],
  [{ lengthPenalty: NaN }, /finite lengthPenalty, got NaN/u],
  [{ maxNewTokens: 20 }, /the context of 16 tokens/u],
  [{ endId: 3 }, /endId to be a token below 3/u],
])("%j is refused", (changes, message) => {
  expect(() => checkBeams(policy, { ...options, ...changes }, 4)).toThrow(message);
});

test("more candidates than the beams have continuations are refused", () => {
  expect(() => checkBeams(policy, options, 6)).not.toThrow();
  expect(() => checkBeams(policy, options, 7)).toThrow(/a vocabulary of more tokens than end a completion, got 3 tokens/u);
});

test("a generation has a row for each beam of each prompt", () => {
  const { beams: _beams, lengthPenalty: _penalty, earlyStopping: _early, ...others } = options;
  expect(generationOf(options)).toEqual({ ...others, batch: 4, group: 2, temperature: 1 });
});
