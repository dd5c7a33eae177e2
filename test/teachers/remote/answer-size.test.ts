/** Tests of how large a server's answers are. */
import { expect, test } from "vitest";
import { bytesOfToken, isArray, mostLogProbs, tokensOfAnswer } from "../../../src/teachers/remote/answer-size.ts";

test.each([
  ["all", 49_152, 42],
  [{ topK: 64 }, 49_152, Math.floor(mostLogProbs / 65)],
  [{ topK: 64 }, 20, Math.floor(mostLogProbs / 20)],
  ["tokens", 49_152, mostLogProbs],
  ["all", mostLogProbs + 1, 0],
] as const)("%j of %i tokens: %i of a sequence in an answer", (detail, vocabularySize, tokens) => {
  expect(tokensOfAnswer(detail, vocabularySize)).toBe(tokens);
});

test("only what is asked for by ids is an array, of a fourteenth of the bytes", () => {
  expect([isArray("generate", "all"), isArray("generate", "tokens")]).toEqual([true, true]);
  expect([isArray("completions", "all"), isArray("generate", { topK: 4 })]).toEqual([false, false]);
  expect(bytesOfToken("completions", "all", 300)).toBe(22_500);
  expect(bytesOfToken("generate", "all", 300)).toBe(1600);
  expect(bytesOfToken("generate", { topK: 4 }, 300)).toBe(375);
});
