/** Tests of draws of arithmetic problems: counts, repetition, and how often each kind comes. */
import { describe, expect, test } from "vitest";
import { stream } from "../../../src/random/stream.ts";
import { drawProblems, problemCount, type ProblemSpace } from "../../../src/tasks/arithmetic/arithmetic-problems.ts";

const small: ProblemSpace = { numbers: [2, 3], range: [0, 2], operators: "+-" };

test("the count is that of all problems, which can be listed", () => {
  const texts = new Set<string>();
  for (const first of [0, 1, 2]) {
    for (const second of ["+0", "+1", "+2", "-0", "-1", "-2"]) {
      texts.add(`${first}${second}=`);
      for (const third of ["+0", "+1", "+2", "-0", "-1", "-2"]) texts.add(`${first}${second}${third}=`);
    }
  }
  expect(problemCount(small)).toEqual({ total: texts.size, terms: "3^2 x 2^1 + 3^3 x 2^2" });
  const drawn = drawProblems(small, texts.size, stream(1, "test"));
  expect(drawn.map(({ text }) => text).toSorted()).toEqual([...texts].toSorted());
});

test("more problems than there are is an error", () => {
  expect(() => drawProblems(small, problemCount(small).total + 1, stream(1, "test"))).toThrow(RangeError);
});

test("every problem of a length comes first about as often as any other", () => {
  const counts = new Map<string, number>();
  const uniforms = stream(2, "test");
  const space: ProblemSpace = { numbers: [2, 2], range: [1, 3], operators: "+-" };
  for (let draw = 0; draw < 9_000; draw += 1) {
    for (const { text } of drawProblems(space, 1, uniforms)) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  expect(counts.size).toBe(18);
  for (const count of counts.values()) expect(Math.abs(count - 500)).toBeLessThan(110);
});

describe("lengths", () => {
  test("come equally often while all of them have problems left", () => {
    const drawn = drawProblems({ numbers: [3, 5], range: [1, 20], operators: "+-" }, 3_000, stream(3, "test"));
    const counts = new Map<number, number>();
    for (const { text } of drawn) counts.set(text.split(/[+-]/).length, (counts.get(text.split(/[+-]/).length) ?? 0) + 1);
    expect(new Set(counts.keys())).toEqual(new Set([3, 4, 5]));
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });

  test("may have more problems than can be counted exactly", () => {
    const space: ProblemSpace = { numbers: [16, 16], range: [0, 1_000_000], operators: "+-" };
    expect(problemCount(space).total).toBeGreaterThan(2 ** 53);
    const drawn = drawProblems(space, 500, stream(4, "test"));
    expect(new Set(drawn.map(({ text }) => text)).size).toBe(500);
    expect(drawProblems(space, 500, stream(4, "test"))).toEqual(drawn);
    const lastNumbers = drawn.map(({ text }) => Number(/(\d+)=$/.exec(text)?.[1]));
    expect(new Set(lastNumbers).size).toBeGreaterThan(490);
  });
});
