/** Names of sequences: one for each, wherever the prompt ends. */
import { expect, test } from "vitest";
import { sequenceKey } from "../../../src/teachers/scores/sequence-key.ts";

const key = (prompt: readonly number[], completion: readonly number[]): string =>
  sequenceKey({ promptTokens: Int32Array.from(prompt), tokens: Int32Array.from(completion) });

test("two sequences have one name when prompt and completion are the same", () => {
  expect(key([1, 2], [3])).toBe(key([1, 2], [3]));
  expect(key([1, 2], [3])).toMatch(/^[0-9a-f]{64}$/u);
  const names = [key([1, 2], [3]), key([1], [2, 3]), key([1, 2, 3], []), key([1, 2], [4])];
  expect(new Set(names).size).toBe(names.length);
});

test("it is of the ids that the array shows, not of those around them", () => {
  const wide = Int32Array.of(9, 1, 2, 9);
  expect(sequenceKey({ promptTokens: wide.subarray(1, 3), tokens: Int32Array.of(3) })).toBe(key([1, 2], [3]));
});
