/** Tests of what vLLM's answers say of a prompt. */
import { describe, expect, test } from "vitest";
import { readNpy } from "../../src/teachers/remote/npy.ts";
import { ChosenLogProbs, PromptLogProbsWriter, type ChosenIds } from "../../src/serving/prompt-log-probs.ts";
import type { Breadth, PromptScore } from "../../src/serving/prompt-scorer.ts";

/** Of tokens 2, 0, 1 among three. */
const score = {
  start: 0,
  count: 3,
  logProbs: Float32Array.of(-0.5, -Infinity),
  ranks: Int32Array.of(1, 3),
  next: 0,
};

const textOf = (id: number): string => ["a", 'b"', "c"][id]!;

const json = (ids: readonly number[], breadth: Breadth, ...scores: readonly PromptScore[]): string => {
  const writer = new PromptLogProbsWriter(ids, breadth, textOf);
  for (const each of scores) writer.add(each);
  return Buffer.concat(writer.end()).toString();
};

const matrix = (chosen: ChosenIds, ...scores: readonly PromptScore[]): ReturnType<typeof readNpy> => {
  const values = new ChosenLogProbs(chosen);
  for (const each of scores) values.add(each);
  return readNpy(Buffer.from(values.end(), "base64"));
};

describe("prompt_logprobs", () => {
  test("begin with null; a position has its own token first, whatever its rank, and minus infinity is -9999", () => {
    const all = Float32Array.of(-0.5, -3, -1.5, -0.25, -Infinity, -2, 0, -9, -8);
    expect(json([2, 0, 1], "all", { ...score, all })).toBe(
      '[null,{"0":{"logprob":-0.5,"rank":1,"decoded_token":"a"},"2":{"logprob":-1.5,"rank":2,"decoded_token":"c"},"1":{"logprob":-3,"rank":3,"decoded_token":"b\\""}},' +
        '{"1":{"logprob":-9999,"rank":3,"decoded_token":"b\\""},"0":{"logprob":-0.25,"rank":1,"decoded_token":"a"},"2":{"logprob":-2,"rank":2,"decoded_token":"c"}}]',
    );
  });

  test("of the likeliest, and of none but its own", () => {
    const top = { ids: Int32Array.of(0, 0, 0), logProbs: Float32Array.of(-0.5, -0.25, 0) };
    expect(JSON.parse(json([2, 0, 1], 1, { ...score, top }))).toEqual([
      null,
      { 0: { logprob: -0.5, rank: 1, decoded_token: "a" } },
      { 0: { logprob: -0.25, rank: 1, decoded_token: "a" }, 1: { logprob: -9999, rank: 3, decoded_token: 'b"' } },
    ]);
    expect(JSON.parse(json([2, 0, 1], 0, score))).toEqual([
      null,
      { 0: { logprob: -0.5, rank: 1, decoded_token: "a" } },
      { 1: { logprob: -9999, rank: 3, decoded_token: 'b"' } },
    ]);
  });

  test("of the likeliest where all are known, and in pieces", () => {
    const all = Float32Array.of(-0.5, -3, -1.5, -0.25, -Infinity, -2, 0, -9, -8);
    const first = { ...score, count: 1, logProbs: score.logProbs.slice(0, 1), ranks: score.ranks.slice(0, 1), all: all.slice(0, 3) };
    const rest = { ...score, start: 1, count: 2, logProbs: score.logProbs.slice(1), ranks: score.ranks.slice(1), all: all.slice(3) };
    expect(json([2, 0, 1], "all", first, rest)).toBe(json([2, 0, 1], "all", { ...score, all }));
    const ids = (JSON.parse(json([2, 0, 1], 1, first, rest)) as (object | null)[]).map((position) => Object.keys(position ?? {}));
    expect(ids).toEqual([[], ["0"], ["0", "1"]]);
    const chosen = { ids: [[1, 2], [0]], start: 0 };
    expect(matrix(chosen, first, rest)).toEqual(matrix(chosen, { ...score, all }));
  });

  test("of one token are null alone", () => {
    expect(json([2], 0, { start: 0, count: 1, logProbs: new Float32Array(0), ranks: new Int32Array(0), next: 0 })).toBe("[null]");
  });

  test("every bit of a float32 survives the text", () => {
    const values = Float32Array.from({ length: 200 }, (_, k) => -Math.exp(k / 20 - 6));
    const ids = Array.from({ length: 201 }, () => 0);
    const positions = JSON.parse(
      json(ids, 0, { start: 0, count: 201, logProbs: values, ranks: new Int32Array(200).fill(1), next: 0 }),
    ) as ({
      0: { logprob: number };
    } | null)[];
    expect(Float32Array.from(positions.slice(1), (position) => position![0].logprob)).toEqual(values);
  });
});

describe("chosen ids", () => {
  const all = Float32Array.of(-0.5, -3, -1.5, -0.25, -4, -2, 0, -9, -8);

  test("are in the order of their rows; what is shorter or -1 is minus infinity", () => {
    const chosen = { ids: [[1, 0], [2], [-1, 1]], start: 0 };
    expect(matrix(chosen, { ...score, all })).toEqual({
      rows: 3,
      columns: 2,
      values: Float32Array.of(-3, -0.5, -2, -Infinity, -Infinity, -9),
    });
  });

  test("begin at their start, and are the tokens' own where not all is known", () => {
    const chosen = { ids: [[1]], start: 1 };
    expect(matrix(chosen, { ...score, all }).values).toEqual(Float32Array.of(-4));
    expect(matrix(chosen, score).values).toEqual(Float32Array.of(-Infinity));
  });
});
