/** Tests of objects with properties that may be absent. */
import { expect, test } from "vitest";
import { defined } from "../../src/optional/defined.ts";

test("what is undefined is left out, and nothing else", () => {
  const found = defined({ a: 0, b: undefined, c: null, d: "", e: false });
  expect(Object.entries(found)).toEqual([
    ["a", 0],
    ["c", null],
    ["d", ""],
    ["e", false],
  ]);
});

test("what may be undefined is optional, for the compiler too", () => {
  const limit = [3].find((value) => value > 2);
  const options: { readonly name: string; readonly limit?: number } = defined({ name: "x", limit });
  expect(options).toEqual({ name: "x", limit: 3 });
});
