/** The characters of GPT-2's bytes. */
import { expect, test } from "vitest";
import { asByteCharacters, byteCharacters, byteOf } from "../../../src/tokenizers/huggingface/bytes.ts";

test("each byte has a visible character of its own, ASCII's visible ones theirs", () => {
  expect(new Set(byteCharacters).size).toBe(256);
  expect(byteCharacters.every((character) => /^[^\p{C}\p{Z}]$/u.test(character))).toBe(true);
  expect(byteCharacters.slice(0x21, 0x7f).join("")).toBe(String.fromCharCode(...Array.from({ length: 0x5e }, (_, i) => 0x21 + i)));
  expect(byteCharacters.map(byteOf)).toEqual(Array.from({ length: 256 }, (_, byte) => byte));
  expect([byteOf(" "), byteOf("ŀ"), byteOf("日")]).toEqual([undefined, 0x9e, undefined]);
});

test("a text becomes its UTF-8 bytes: a space Ġ, a line end Ċ", () => {
  expect(asByteCharacters(" a\né")).toBe("ĠaĊÃ©");
});
