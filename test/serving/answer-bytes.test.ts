/** Tests of the sizes of answers. */
import { expect, test } from "vitest";
import { answerBytes, entriesOf } from "../../src/serving/answer-bytes.ts";
import type { PolicyRequest } from "../../src/serving/policy-request.ts";

const sizes = { vocabularySize: 1000, contextLength: 50 };
const request = (changes: Partial<PolicyRequest> = {}): PolicyRequest => ({
  prompts: [[1, 2, 3, 4]],
  shaping: { temperature: 1 },
  maxNewTokens: 10,
  stops: [],
  ...changes,
});

test.each([
  [{}, 0],
  [{ promptLogProbs: 0 }, 7],
  [{ promptLogProbs: 5 }, 7 * 6],
  [{ promptLogProbs: "all" }, 7 * 1000],
  [{ chosen: { ids: [[1], [1, 2, 3]], start: 1 } }, 2 * 2 * 3],
  [{ promptLogProbs: 5, chosen: { ids: [[1], [1, 2, 3]], start: 1 } }, 7 * 6 + 2 * 2 * 3],
] as const)("%j about prompts of 4 and 3 tokens", (changes, entries) => {
  expect(entriesOf([4, 3], request(changes), 1000)).toBe(entries);
});

test("bytes are those of all that is listed, within the context and the limit of an answer", () => {
  const plain = answerBytes(request(), sizes);
  expect(plain).toBe(320);
  expect(answerBytes(request({ promptLogProbs: 1 }), sizes) - plain).toBe(4 * 2 * 75);
  expect(answerBytes(request({ prompts: ["äb"], promptLogProbs: 0 }), sizes) - plain).toBe(3 * 75);
  expect(answerBytes(request({ prompts: ["a".repeat(1000)], promptLogProbs: 0 }), sizes) - plain).toBe(50 * 75);
  expect(
    answerBytes(request({ prompts: Array.from({ length: 256 }, () => "a".repeat(99)), promptLogProbs: "all", maxNewTokens: 0 }), sizes),
  ).toBe(2 ** 21 * 75);
});
