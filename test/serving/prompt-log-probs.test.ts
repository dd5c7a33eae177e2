/** Tests of what vLLM's answers say of a prompt. */
import { describe, expect, test } from "vitest";
import { readNpy } from "../../src/teachers/remote/npy.ts";
import { chosenLogProbs, promptLogProbsJson } from "../../src/serving/prompt-log-probs.ts";

/** Of tokens 2, 0, 1 among three. */
const score = {
  logProbs: Float32Array.of(-0.5, -Infinity),
  ranks: Int32Array.of(1, 3),
  next: 0,
};

const textOf = (id: number): string => ["a", 'b"', "c"][id]!;

describe("prompt_logprobs", () => {
  test("begin with null; a position has its own token first, whatever its rank, and minus infinity is -9999", () => {
    const all = Float32Array.of(-0.5, -3, -1.5, -0.25, -Infinity, -2, 0, -9, -8);
    expect(promptLogProbsJson([2, 0, 1], { ...score, all }, textOf)).toBe(
      '[null,{"0":{"logprob":-0.5,"rank":1,"decoded_token":"a"},"2":{"logprob":-1.5,"rank":2,"decoded_token":"c"},"1":{"logprob":-3,"rank":3,"decoded_token":"b\\""}},' +
        '{"1":{"logprob":-9999,"rank":3,"decoded_token":"b\\""},"0":{"logprob":-0.25,"rank":1,"decoded_token":"a"},"2":{"logprob":-2,"rank":2,"decoded_token":"c"}}]',
    );
  });

  test("of the likeliest, and of none but its own", () => {
    const top = { ids: Int32Array.of(0, 0, 0), logProbs: Float32Array.of(-0.5, -0.25, 0) };
    expect(JSON.parse(promptLogProbsJson([2, 0, 1], { ...score, top }, textOf))).toEqual([
      null,
      { 0: { logprob: -0.5, rank: 1, decoded_token: "a" } },
      { 0: { logprob: -0.25, rank: 1, decoded_token: "a" }, 1: { logprob: -9999, rank: 3, decoded_token: 'b"' } },
    ]);
    expect(JSON.parse(promptLogProbsJson([2, 0, 1], score, textOf))).toEqual([
      null,
      { 0: { logprob: -0.5, rank: 1, decoded_token: "a" } },
      { 1: { logprob: -9999, rank: 3, decoded_token: 'b"' } },
    ]);
  });

  test("of one token are null alone", () => {
    expect(promptLogProbsJson([2], { logProbs: new Float32Array(0), ranks: new Int32Array(0), next: 0 }, textOf)).toBe("[null]");
  });

  test("every bit of a float32 survives the text", () => {
    const values = Float32Array.from({ length: 200 }, (_, k) => -Math.exp(k / 20 - 6));
    const ids = Array.from({ length: 201 }, () => 0);
    const positions = JSON.parse(promptLogProbsJson(ids, { logProbs: values, ranks: new Int32Array(200).fill(1), next: 0 }, textOf)) as ({
      0: { logprob: number };
    } | null)[];
    expect(Float32Array.from(positions.slice(1), (position) => position![0].logprob)).toEqual(values);
  });
});

describe("chosen ids", () => {
  const all = Float32Array.of(-0.5, -3, -1.5, -0.25, -4, -2, 0, -9, -8);

  test("are in the order of their rows; what is shorter or -1 is minus infinity", () => {
    const chosen = { ids: [[1, 0], [2], [-1, 1]], start: 0 };
    expect(readNpy(Buffer.from(chosenLogProbs(chosen, { ...score, all }, 3), "base64"))).toEqual({
      rows: 3,
      columns: 2,
      values: Float32Array.of(-3, -0.5, -2, -Infinity, -Infinity, -9),
    });
  });

  test("begin at their start, and are the tokens' own where not all is known", () => {
    const chosen = { ids: [[1]], start: 1 };
    expect(readNpy(Buffer.from(chosenLogProbs(chosen, { ...score, all }, 3), "base64")).values).toEqual(Float32Array.of(-4));
    expect(readNpy(Buffer.from(chosenLogProbs(chosen, score, 3), "base64")).values).toEqual(Float32Array.of(-Infinity));
  });
});
