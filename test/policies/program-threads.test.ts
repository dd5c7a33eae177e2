/** Tests of how many threads a policy's programs use. */
import { expect, test } from "vitest";
import { isLarge, programThreads } from "../../src/policies/program-threads.ts";

const policy = (...shapes: number[][]) => ({
  parameters: Object.fromEntries(shapes.map((shape, i) => [`w${i}`, { shape, initial: { kind: "zeros" } as never }])),
});

test("a policy of 2^24 parameters is large, with all of its arrays counted", () => {
  expect(isLarge(policy([2 ** 12, 2 ** 11], [2 ** 23]))).toBe(true);
  expect(isLarge(policy([2 ** 12, 2 ** 11], [2 ** 23 - 1]))).toBe(false);
});

test("one large policy is enough for all threads; without one there is a thread", () => {
  const [large, small] = [policy([2 ** 24]), policy([64])];
  expect(programThreads([small, large], 3)).toBe(3);
  expect(programThreads([small], 3)).toBe(1);
  expect(programThreads([], 3)).toBe(1);
});
