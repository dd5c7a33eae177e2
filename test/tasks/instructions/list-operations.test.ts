/** Tests of operations on letters. */
import { describe, expect, test } from "vitest";
import { operations, resultsOf } from "../../../src/tasks/instructions/list-operations.ts";

describe("operations", () => {
  test.each([
    ["reverse", "badb", "bdab"],
    ["sort", "badb", "abbd"],
    ["rotate", "badc", "adcb"],
    ["swap", "badc", "cadb"],
    ["swap", "b", "b"],
    ["rest", "badc", "adc"],
    ["rest", "b", "b"],
    ["next", "bhd", "cae"],
    ["double", "bad", "bbaadd"],
    ["unique", "baba", "ba"],
  ])("%s makes of %s %s", (name, list, result) => {
    expect(operations[name]!(Array.from(list)).join("")).toBe(result);
  });

  test("follow one another", () => {
    const results = resultsOf(["reverse", "next"], Array.from("badc"));
    expect(results.map((result) => result.join(""))).toEqual(["cdab", "debc"]);
    expect(() => resultsOf(["turn"], ["a"])).toThrow(
      'operation: expected one of reverse, sort, rotate, swap, rest, next, double, unique, got "turn"',
    );
  });
});
