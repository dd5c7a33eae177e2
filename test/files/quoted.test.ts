/** Values of strangers in errors. */
import { expect, test } from "vitest";
import { quoted } from "../../src/files/quoted.ts";

test("a value is quoted as JSON, and cut when it is long", () => {
  expect(quoted({ a: [1, "b"] })).toBe('{"a":[1,"b"]}');
  expect(quoted("x".repeat(1000))).toBe(`"${"x".repeat(79)}...`);
  expect(quoted(undefined)).toBe("nothing");
});

test("what is no JSON is quoted all the same", () => {
  let deep: unknown[] = [];
  for (let i = 0; i < 100_000; i += 1) deep = [deep];
  expect(quoted(deep)).toMatch(/nested too deeply/);
  expect(quoted([1n])).toMatch(/no JSON/);
  expect(quoted(1n)).toBe("1");
});
