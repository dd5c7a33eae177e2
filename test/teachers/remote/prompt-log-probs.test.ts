/** Tests of vLLM's prompt_logprobs. */
import { describe, expect, test } from "vitest";
import { allLogProbs, completionPositions, impossible, tokenLogProbs, topLogProbs } from "../../../src/teachers/remote/prompt-log-probs.ts";

/** A position as vLLM writes it. */
const positionOf = (...entries: readonly (readonly [id: number, logProb: number | null, rank?: number])[]): unknown =>
  Object.fromEntries(entries.map(([id, logprob, rank]) => [id, { logprob, rank, decoded_token: `t${id}` }]));

describe("the positions of a completion", () => {
  const list = [null, { 1: {} }, { 2: {} }, { 3: {} }];

  test("come after those of the prompt", () => {
    expect(completionPositions(list, 1, 3)).toEqual(list.slice(1));
    expect(completionPositions(list, 3, 1)).toEqual(list.slice(3));
  });

  test.each([
    [undefined, 1, 3, "expected log-probs of 4 positions, got nothing"],
    [null, 1, 3, "expected log-probs of 4 positions, got null"],
    [list, 1, 2, "expected log-probs of 3 positions, got 4"],
    [list, 2, 3, "expected log-probs of 5 positions, got 4"],
    [list, 0, 4, "expected a prompt of at least one token, got none"],
  ])("%j for %i and %i tokens is refused", (given, prompt, completion, message) => {
    expect(() => completionPositions(given, prompt, completion)).toThrow(new RangeError(message));
  });
});

describe("a position's own token", () => {
  test("is found by its id, wherever it is and whatever is beside it", () => {
    const positions = [positionOf([7, -1, 1], [3, -2.5, 40]), positionOf([7, -0.5, 1])];
    expect(tokenLogProbs(positions, Int32Array.of(3, 7), 8)).toEqual(Float32Array.of(-2.5, -0.5));
  });

  test("must be there", () => {
    expect(() => tokenLogProbs([positionOf([7, -1, 1])], Int32Array.of(3), 8)).toThrow(
      /^expected the log-prob of token 3 at position 0, got \{"7"/,
    );
    expect(() => tokenLogProbs([null], Int32Array.of(3), 8)).toThrow("expected log-probs by token id, got null");
  });
});

describe("the likeliest tokens", () => {
  test("are ordered by rank, not by key: JavaScript sorts ids, and vLLM writes the position's own token first", () => {
    const positions = [
      JSON.parse('{"5":{"logprob":-9,"rank":31},"1":{"logprob":-1.2,"rank":2},"4":{"logprob":-0.7,"rank":1},"0":{"logprob":-3,"rank":3}}'),
    ] as unknown[];
    expect(topLogProbs(positions, 3, 6)).toEqual({ logProbs: Float32Array.of(-0.7, -1.2, -3), ids: Int32Array.of(4, 1, 0) });
  });

  test("equal ones keep the server's ranks", () => {
    const positions = [positionOf([0, -1, 3], [1, -1, 1], [2, -1, 2])];
    expect(topLogProbs(positions, 2, 3).ids).toEqual(Int32Array.of(1, 2));
  });

  test("without ranks they are ordered by log-prob", () => {
    const positions = [positionOf([0, -3], [1, -1], [2, -2], [3, -1])];
    expect(topLogProbs(positions, 3, 4)).toEqual({ logProbs: Float32Array.of(-1, -1, -2), ids: Int32Array.of(1, 3, 2) });
  });

  test("fewer than asked for, and ranks that contradict log-probs, are refused", () => {
    expect(() => topLogProbs([positionOf([0, -1, 1])], 2, 3)).toThrow('expected the 2 likeliest tokens of position 0, got "1 tokens"');
    expect(() => topLogProbs([positionOf([0, -2, 1], [1, -1, 2])], 2, 3)).toThrow("expected ranks in the order of log-probs at position 0");
  });
});

describe("all tokens", () => {
  test("are ordered by id", () => {
    expect(allLogProbs([positionOf([2, -1, 1], [0, -2, 2], [1, -3, 3])], 3)).toEqual(Float32Array.of(-2, -3, -1));
  });

  test.each([
    ["one that is missing", positionOf([0, -1, 1], [2, -1, 2]), 'expected log-probs of all 3 tokens at position 0, got "2 of them"'],
    [
      "one that the student does not have",
      positionOf([0, -1], [1, -1], [2, -1], [3, -1]),
      `expected ids of the student's 3 tokens, got "3"`,
    ],
  ])("%s is refused", (_what, position, message) => {
    expect(() => allLogProbs([position], 3)).toThrow(new RangeError(message));
  });
});

describe("values", () => {
  const value = (text: string): number => tokenLogProbs([JSON.parse(`{"0":{"logprob":${text}}}`)], Int32Array.of(0), 1)[0]!;

  test.each([
    ["-9999.0", impossible],
    ["null", impossible],
    ["-1e999", impossible],
    ["-12345", impossible],
    ["0", 0],
    ["1e-7", 0],
    ["-0.123456789", Math.fround(-0.123456789)],
  ])("%s is %d", (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  test.each(["0.5", "1e999", '"-1"', "true", "[]"])("%s is refused", (text) => {
    expect(() => value(text)).toThrow("expected a log-prob of at most 0, got");
  });

  test.each([
    '{"0":null}',
    '{"0":-1}',
    '{"0":[]}',
    '{"-1":{"logprob":-1}}',
    '{"x":{"logprob":-1}}',
    '{"1e0":{"logprob":-1}}',
    '{"0":{}}',
    "[]",
    "7",
  ])("%s is no position", (text) => {
    expect(() => tokenLogProbs([JSON.parse(text)], Int32Array.of(0), 1)).toThrow(RangeError);
  });
});
