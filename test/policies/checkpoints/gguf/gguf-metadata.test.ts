/** GGUF metadata by key. */
import { expect, test } from "vitest";
import { flag, listOfKind, optional, real, required, text, whole } from "../../../../src/policies/checkpoints/gguf/gguf-metadata.ts";

const metadata = new Map<string, string | number | bigint | boolean | (string | number)[]>([
  ["text", "llama"],
  ["count", 3],
  ["long", 2n ** 40n],
  ["epsilon", Math.fround(1e-5)],
  ["third", Math.fround(1 / 3)],
  ["on", true],
  ["words", ["a", "b"]],
  ["mixed", ["a", 1]],
]);

test("values are read as what is expected, and float32 as its shortest decimal", () => {
  expect(required(metadata, "text", text)).toBe("llama");
  expect(required(metadata, "count", whole)).toBe(3);
  expect(required(metadata, "long", whole)).toBe(2 ** 40);
  expect(required(metadata, "epsilon", real)).toBe(1e-5);
  expect(Math.fround(required(metadata, "third", real))).toBe(Math.fround(1 / 3));
  expect(required(metadata, "on", flag)).toBe(true);
  expect(required(metadata, "words", listOfKind(text))).toEqual(["a", "b"]);
  expect(optional(metadata, "none", text)).toBeUndefined();
});

test("a missing value, and one of another kind, are refused with their key", () => {
  expect(() => required(metadata, "none", whole)).toThrow("none: expected a whole number, got nothing");
  expect(() => optional(metadata, "text", whole)).toThrow('text: expected a whole number, got "llama"');
  expect(() => optional(metadata, "third", whole)).toThrow(RangeError);
  expect(() => optional(metadata, "mixed", listOfKind(text))).toThrow('mixed: expected a list, each text, got ["a",1]');
  expect(() => optional(metadata, "on", real)).toThrow("on: expected a number, got true");
});
