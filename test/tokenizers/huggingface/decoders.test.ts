/** Joining pieces: what HuggingFace's Rust does with bytes that are no character, with first spaces, and with English. */
import { describe, expect, test } from "vitest";
import { readDecoder } from "../../../src/tokenizers/huggingface/decoders.ts";

describe("bytes", () => {
  const fallback = readDecoder({ type: "ByteFallback" });
  const level = readDecoder({ type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true });

  test("of fallback make characters, or one replacement each; a byte order mark stays", () => {
    expect(fallback(["a", "<0xE6>", "<0x97>", "<0xA5>", "b"])).toBe("a日b");
    expect(fallback(["<0xE6>", "<0x97>", "b", "<0xEF>", "<0xBB>", "<0xBF>"])).toBe("\ufffd\ufffdb\ufeff");
    expect(fallback(["<0xZZ>", "<0x4>"])).toBe("<0xZZ><0x4>");
  });

  test("of a level are joined over pieces; a piece with another character is its own text", () => {
    expect(level(["æĹ", "¥", "Ġa"])).toBe("日 a");
    expect(level(["æĹ", "a"])).toBe("\ufffda");
    expect(level(["日 x", "Ġa"])).toBe("日 x a");
    expect(level(["ï»¿a"])).toBe("\ufeffa");
  });
});

test.each([
  ["first spaces of Metaspace", { type: "Metaspace", replacement: "▁" }, ["▁▁a", "▁b"], "a b"],
  ["kept by another scheme", { type: "Metaspace", replacement: "▁", prepend_scheme: "never" }, ["▁a", "▁b"], " a b"],
  ["kept in the old form", { type: "Metaspace", replacement: "▁", add_prefix_space: false }, ["▁a", "▁b"], " a b"],
  ["a suffix", { type: "BPEDecoder", suffix: "</w>" }, ["a", "b</w>", "c</w>"], "ab c"],
  ["continuations", { type: "WordPiece", prefix: "##", cleanup: false }, ["##a", "##b", "c", "."], "##ab c ."],
  ["English", { type: "WordPiece", prefix: "##", cleanup: true }, ["do", "n't", "x", ".", "'s", "?"], "don't x.'s?"],
  ["no decoder", null, ["a", "b"], "a b"],
  [
    "Fuse and Strip",
    { type: "Sequence", decoders: [{ type: "Fuse" }, { type: "Strip", content: " ", start: 1, stop: 2 }] },
    ["  a", "  "],
    " a",
  ],
  ["Strip of everything", { type: "Strip", content: " ", start: 2, stop: 2 }, ["  ", " "], ""],
  ["Replace", { type: "Replace", pattern: { String: "a" }, content: "$&" }, ["aba"], "$&b$&"],
])("%s", (_what, decoder, pieces, text) => {
  expect(readDecoder(decoder)(pieces)).toBe(text);
});

test.each([
  [
    { type: "CTC" },
    'expected type to be one of BPEDecoder, ByteFallback, ByteLevel, Fuse, Metaspace, Replace, Strip, WordPiece at /decoder, got "CTC"',
  ],
  [{ type: "Fuse", more: 1 }, "at /decoder/more"],
  [{ type: "Sequence", decoders: [{ type: "Strip", content: " ", start: -1, stop: 0 }] }, "at /decoder/decoders/0/start, got -1"],
  [{ type: "Replace", pattern: { Regex: "a" }, content: "" }, "at /decoder/pattern"],
])("%j is refused", (decoder, message) => {
  expect(() => readDecoder(decoder)).toThrow(TypeError);
  expect(() => readDecoder(decoder)).toThrow(message);
});

test("replacements one after the other do not grow without bounds", () => {
  const four = { type: "Replace", pattern: { String: "a" }, content: "aaaa" };
  const decode = readDecoder({ type: "Sequence", decoders: Array.from({ length: 32 }, () => four) });
  expect(() => decode(["a".repeat(100)])).toThrow(/expected at most \d+ decoded characters/u);
});
