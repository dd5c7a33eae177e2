/** Tests of what is asked of a served policy. */
import { describe, expect, test } from "vitest";
import { RefusedRequest } from "../../src/remote/refused-request.ts";
import { completionRequest, generateRequest } from "../../src/serving/policy-request.ts";

const limits = { name: "tiny", mostLogProbs: -1 };

const refusal = (read: () => unknown): RefusedRequest => {
  try {
    read();
  } catch (error) {
    if (error instanceof RefusedRequest) return error;
    throw error;
  }
  throw new Error("expected a refusal");
};

describe("completions", () => {
  test("what is left out, or null, is OpenAI's default", () => {
    const plain = { prompts: ["abc"], shaping: { temperature: 1 }, maxNewTokens: 16, stops: [] };
    expect(completionRequest({ prompt: "abc" }, limits)).toEqual(plain);
    expect(
      completionRequest({ prompt: "abc", model: null, max_tokens: null, stop: null, seed: null, logprobs: null, echo: false }, limits),
    ).toEqual(plain);
  });

  test("everything that is known", () => {
    const body = {
      model: "tiny",
      prompt: [1, 2],
      max_tokens: 3,
      min_tokens: 1,
      temperature: 0.5,
      top_k: 4,
      top_p: 0.9,
      min_p: 0.1,
      repetition_penalty: 1.5,
      seed: 7,
      stop: "b",
      prompt_logprobs: 5,
      n: 1,
      stream: false,
    };
    expect(completionRequest(body, limits)).toEqual({
      prompts: [[1, 2]],
      shaping: { temperature: 0.5, topK: 4, topP: 0.9, minP: 0.1, repetitionPenalty: 1.5, minNewTokens: 1 },
      maxNewTokens: 3,
      stops: ["b"],
      seed: 7,
      promptLogProbs: 5,
    });
  });

  test.each([
    [
      ["a", "b"],
      ["a", "b"],
    ],
    [
      [[1], [2, 3]],
      [[1], [2, 3]],
    ],
    [[1, 2], [[1, 2]]],
  ])("prompts %j", (prompt, prompts) => {
    expect(completionRequest({ prompt }, limits).prompts).toEqual(prompts);
  });

  test("-1 of the log-probs is all, -1 and 0 of top_k are all tokens", () => {
    expect(completionRequest({ prompt: "a", prompt_logprobs: -1, top_k: -1 }, limits)).toMatchObject({
      promptLogProbs: "all",
      shaping: { temperature: 1 },
    });
    expect(completionRequest({ prompt: "a", top_k: 0 }, limits).shaping).toEqual({ temperature: 1 });
  });

  test.each([
    [{}, /^\/prompt: /],
    [{ prompt: "" }, /^\/prompt: /],
    [{ prompt: [] }, /^\/prompt: /],
    [{ prompt: [1, "a"] }, /^\/prompt: /],
    [{ prompt: [-1] }, /^\/prompt: /],
    [{ prompt: "a", max_tokens: "3" }, /^\/max_tokens: .*, got "3"$/],
    [{ prompt: "a", temperature: -1 }, /^\/temperature: /],
    [{ prompt: "a", stream: true }, /^\/stream: /],
    [{ prompt: "a", echo: true }, /^\/echo: /],
    [{ prompt: "a", logprobs: 1 }, /^\/logprobs: /],
    [{ prompt: "a", n: 2 }, /^\/n: /],
    [{ prompt: "a", best_of: 2 }, /^\/best_of: /],
    [{ prompt: "a", prompt_logprobs: -2 }, /^\/prompt_logprobs: /],
    ["text", /object/],
    [null, /object/],
  ])("%j is refused, whatever would change the answer too", (body, message) => {
    expect(refusal(() => completionRequest(body, limits))).toMatchObject({
      status: 400,
      message: expect.stringMatching(message) as string,
    });
  });

  test("another model is not there, and more log-probs than allowed are refused", () => {
    expect(refusal(() => completionRequest({ prompt: "a", model: "other" }, limits))).toMatchObject({
      status: 404,
      message: 'expected the model "tiny", got "other"',
    });
    for (const count of [-1, 6]) {
      expect(refusal(() => completionRequest({ prompt: "a", prompt_logprobs: count }, { name: "tiny", mostLogProbs: 5 }))).toMatchObject({
        status: 400,
        message: `expected prompt_logprobs of at most 5, the server's --max-logprobs, got ${count}`,
      });
    }
    expect(completionRequest({ prompt: "a", prompt_logprobs: 5 }, { name: "tiny", mostLogProbs: 5 }).promptLogProbs).toBe(5);
  });
});

describe("generate", () => {
  test("takes ids and parameters of sampling", () => {
    expect(
      generateRequest(
        { token_ids: [1, 2, 3], sampling_params: { max_tokens: 1, temperature: 0, detokenize: false, prompt_logprobs: 2 } },
        limits,
      ),
    ).toEqual({
      prompts: [[1, 2, 3]],
      shaping: { temperature: 0 },
      maxNewTokens: 1,
      stops: [],
      promptLogProbs: 2,
    });
  });

  test("chosen ids have one row for each position from the start on, but the last", () => {
    const body = (rows: number[][], start?: number): unknown => ({
      token_ids: [1, 2, 3],
      sampling_params: { prompt_logprob_token_ids: rows, ...(start === undefined ? {} : { prompt_logprob_start: start }) },
    });
    expect(generateRequest(body([[2], [3, -1]]), limits).chosen).toEqual({ ids: [[2], [3, -1]], start: 0 });
    expect(generateRequest(body([[3]], 1), limits).chosen).toEqual({ ids: [[3]], start: 1 });
    expect(refusal(() => generateRequest(body([[2], [3]], 1), limits))).toMatchObject({
      status: 400,
      message: "expected 1 rows of prompt_logprob_token_ids, got 2",
    });
    expect(refusal(() => generateRequest(body([[-2], [3]]), limits)).status).toBe(400);
  });

  test.each([
    [{}],
    [{ token_ids: [1] }],
    [{ token_ids: [], sampling_params: {} }],
    [{ token_ids: [1], sampling_params: {}, features: {} }],
  ])("%j is refused", (body) => {
    expect(refusal(() => generateRequest(body, limits)).status).toBe(400);
  });
});
