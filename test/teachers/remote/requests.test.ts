/** Tests of the two ways to ask, against their documented forms. */
import { describe, expect, test } from "vitest";
import { writeNpy } from "../../../src/teachers/remote/npy.ts";
import { endpoints } from "../../../src/teachers/remote/requests.ts";
import { rolloutAt } from "../../fixtures/rollouts.ts";

const { completions, generate } = endpoints;
/** Prompt 3, 1; completion 1, 3, 1. */
const rollout = rolloutAt(3, 1);
const positions = [
  null,
  { 1: { logprob: -1, rank: 1 }, 0: { logprob: -2, rank: 2 } },
  { 1: { logprob: -0.5, rank: 1 }, 2: { logprob: -4, rank: 2 } },
  { 3: { logprob: -5, rank: 3 }, 0: { logprob: -0.25, rank: 1 }, 2: { logprob: -3, rank: 2 } },
  { 1: { logprob: -0.75, rank: 1 }, 3: { logprob: -1.5, rank: 2 } },
];

describe("completions", () => {
  test.each([
    ["tokens", 0],
    ["all", -1],
    [{ topK: 5 }, 5],
  ] as const)("%j is prompt_logprobs %i of the ids, and as few new tokens as all versions allow", (detail, count) => {
    expect(completions.request("m", rollout, detail, 4)).toEqual({
      model: "m",
      prompt: [3, 1, 1, 3, 1],
      max_tokens: 1,
      temperature: 0,
      prompt_logprobs: count,
    });
  });

  test("the answer is in the first choice", () => {
    const answer = { choices: [{ index: 0, text: "", prompt_logprobs: positions }] };
    expect(completions.score(answer, rollout, "tokens", 4)).toEqual({ logProbs: Float32Array.of(-0.5, -5, -0.75) });
    expect(completions.score(answer, rollout, { topK: 2 }, 4)).toEqual({
      logProbs: Float32Array.of(-0.5, -4, -0.25, -3, -0.75, -1.5),
      ids: Int32Array.of(1, 2, 0, 2, 1, 3),
    });
    expect(() => completions.score(answer, rollout, "all", 4)).toThrow("expected log-probs of all 4 tokens at position 0");
    for (const none of [null, {}, { choices: [] }, { choices: {} }, { choices: [{}] }, { choices: [{ prompt_logprobs: null }] }]) {
      expect(() => completions.score(none, rollout, "tokens", 4)).toThrow("expected log-probs of 5 positions, got");
    }
  });
});

describe("generate", () => {
  test("asks for each position's own token by its id, from the position that draws the first one", () => {
    expect(generate.request("m", rollout, "tokens", 4)).toEqual({
      model: "m",
      token_ids: [3, 1, 1, 3, 1],
      sampling_params: {
        max_tokens: 1,
        temperature: 0,
        detokenize: false,
        prompt_logprob_token_ids: [[1], [3], [1]],
        prompt_logprob_start: 1,
      },
    });
    expect(generate.request("m", rollout, { topK: 2 }, 4)).toMatchObject({ sampling_params: { prompt_logprobs: 2 } });
  });

  const chosen = (rows: number, columns: number, ...values: number[]): unknown => ({
    prompt_token_id_logprobs: writeNpy({ rows, columns, values: Float32Array.from(values) }).toString("base64"),
  });

  test("the answer is an array, or a list of positions", () => {
    expect(generate.score(chosen(3, 1, -0.5, -Infinity, 1e-6), rollout, "tokens", 4)).toEqual({
      logProbs: Float32Array.of(-0.5, -9999, 0),
    });
    const top = generate.score({ prompt_logprobs: positions }, rollout, { topK: 1 }, 4);
    expect(top.ids).toEqual(Int32Array.of(1, 0, 1));
  });

  test.each([
    [{ prompt_logprobs: positions }, "expected prompt_token_id_logprobs, got none"],
    [{ prompt_token_id_logprobs: "no base64!" }, "npy: expected a file"],
    [chosen(2, 1, -1, -1), "expected 3 x 1 log-probs, got 2 x 1"],
    [chosen(1, 3, -1, -1, -1), "expected 3 x 1 log-probs, got 1 x 3"],
    [chosen(3, 1, -1, Number.NaN, -1), "expected log-probs of at most 0, got NaN"],
    [chosen(3, 1, -1, 0.5, -1), "expected log-probs of at most 0, got 0.5"],
  ])("an answer of another form is refused: %#", (answer, message) => {
    expect(() => generate.score(answer, rollout, "tokens", 4)).toThrow(message);
  });
});

describe("at a vocabulary of 49,152", () => {
  const vocabularySize = 49_152;
  const long = { ...rollout, promptTokens: Int32Array.of(7, 8), tokens: Int32Array.from({ length: 100 }, (_, t) => t) };

  test("an array of all log-probs is asked for in parts of two million, each after the tokens before it", () => {
    const parts = generate.parts(long, "all", vocabularySize);
    expect(parts.map(({ promptTokens, tokens }) => [promptTokens.length, tokens.length])).toEqual([
      [2, 42],
      [44, 42],
      [86, 16],
    ]);
    expect(parts.flatMap(({ tokens }) => [...tokens])).toEqual([...long.tokens]);
    expect([...parts[2]!.promptTokens]).toEqual([7, 8, ...long.tokens.subarray(0, 84)]);
    const { token_ids, sampling_params } = generate.request("m", parts[2]!, "all", vocabularySize) as {
      readonly token_ids: readonly number[];
      readonly sampling_params: Readonly<Record<string, unknown>>;
    };
    expect(token_ids).toEqual([7, 8, ...long.tokens]);
    expect(sampling_params).toMatchObject({ prompt_logprob_start: 85 });
    const rows = sampling_params["prompt_logprob_token_ids"] as number[][];
    expect(rows).toHaveLength(16);
    expect([rows[15]!.length, rows[15]![0], rows[15]!.at(-1)]).toEqual([vocabularySize, 0, vocabularySize - 1]);
  });

  test("one row that is more is one part, and what is small or has no tokens too", () => {
    expect(generate.parts(long, "all", 2 ** 22)).toHaveLength(100);
    expect(generate.parts(rollout, "all", 4)).toHaveLength(1);
    expect(generate.parts({ ...long, tokens: new Int32Array(0) }, "all", vocabularySize)).toHaveLength(1);
  });

  test("a list has the prompt's tokens too and no parts: it is refused where it is too large", () => {
    const message =
      "teacher: expected at most 42 tokens of prompt and completion, whose scores fit one answer, got 102; take the likeliest K " +
      '("topK" of the objective), or "endpoint": "generate", which gives all in parts';
    expect(() => completions.parts(long, "all", vocabularySize)).toThrow(new RangeError(message));
    expect(() => generate.parts(long, { topK: 30_000 }, vocabularySize)).toThrow("expected at most 69 tokens");
    expect(completions.parts(long, { topK: 64 }, vocabularySize)).toEqual([long]);
  });
});
