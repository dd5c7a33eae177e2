/** Headers of safetensors files. */
import { describe, expect, test } from "vitest";
import { formatHeader, parseHeader } from "../../../../src/policies/checkpoints/safetensors/safetensors-header.ts";

const entry = (begin: number, end: number, shape = [(end - begin) / 4]): object => ({ dtype: "F32", shape, data_offsets: [begin, end] });
const parse = (document: object, bytes = 16) => parseHeader(JSON.stringify(document), bytes);

describe("a header", () => {
  test("is written to a multiple of 8 bytes and read back", () => {
    const header = {
      entries: [
        { name: "a", dtype: "F32", shape: [2, 1], begin: 0, end: 8 },
        { name: 'ü"}', dtype: "I32", shape: [], begin: 8, end: 12 },
        { name: "none", dtype: "BF16", shape: [0, 3], begin: 12, end: 12 },
      ],
      metadata: { format: "pt", "a:b": '{"a":1}' },
    };
    const bytes = formatHeader(header);
    expect(bytes.length % 8).toBe(0);
    expect(parseHeader(bytes.toString(), 12)).toEqual(header);
  });

  test("may list tensors in any order", () => {
    expect(parse({ b: entry(8, 16), a: entry(0, 8) }).entries.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  test.each<[string, object, number, RegExp]>([
    [
      "an unknown type",
      { a: { dtype: "F4", shape: [2], data_offsets: [0, 4] } },
      4,
      /tensor "a": expected dtype F32, F16 or BF16, got "F4"/,
    ],
    ["a type that is a word of the language", { a: { dtype: "constructor", shape: [], data_offsets: [0, 4] } }, 4, /got "constructor"/],
    ["too many bytes for its type", { a: { dtype: "F16", shape: [2], data_offsets: [0, 8] } }, 8, /expected 4 bytes for F16 \[2\]/],
    ["a negative size", { a: { dtype: "F32", shape: [-1], data_offsets: [0, 4] } }, 4, /tensor "a": expected a shape of whole numbers/],
    ["a size beyond 2^53", { a: { dtype: "F32", shape: [1e300], data_offsets: [0, 4] } }, 4, /tensor "a": expected a shape/],
    [
      "sizes whose product is huge",
      { a: { dtype: "F32", shape: [2 ** 40, 2 ** 40], data_offsets: [0, 4] } },
      4,
      /tensor "a": expected .* bytes/,
    ],
    ["offsets that do not fit the shape", { a: entry(0, 8, [3]) }, 8, /tensor "a": expected 12 bytes for F32 \[3\], got .*\[0, 8\]/],
    ["offsets that run back", { a: entry(8, 0, [2]) }, 8, /tensor "a": expected data_offsets \[begin, end\]/],
    ["an overlap", { a: entry(0, 8), b: entry(4, 12) }, 12, /tensor "b" overlaps the one before it: it begins at byte 4, expected 8/],
    ["a hole", { a: entry(0, 4), b: entry(8, 16) }, 16, /tensor "b" leaves a hole before it: it begins at byte 8, expected 4/],
    ["too little data", { a: entry(0, 16) }, 12, /the file is cut: its header promises 16 bytes of tensors, got 12/],
    ["too much data", { a: entry(0, 8) }, 12, /expected 8 bytes of tensors, got 12/],
    ["an entry that is no object", { a: 3 }, 0, /tensor "a": expected an object, got 3/],
    ["metadata that is no text", { __metadata__: { a: 1 } }, 0, /expected __metadata__ to map names to strings/],
    ["a list", [], 0, /expected the header to be a JSON object/],
  ])("with %s is refused", (_, document, bytes, message) => {
    expect(() => parse(document, bytes)).toThrow(message);
  });

  test("that lists a tensor twice is refused", () => {
    const once = JSON.stringify(entry(0, 4));
    expect(() => parseHeader(`{"a":${once},"\\u0061" :${once}}`, 4)).toThrow('tensor "a" is listed twice');
  });

  test("is read in time in proportion to its length, however many names and however long", () => {
    const many = Array.from({ length: 100_000 }, (_, i) => `"${i}":${JSON.stringify({ dtype: "F32", shape: [0], data_offsets: [0, 0] })}`);
    const text = `{"__metadata__":{"long":"${"\\u0061".repeat(2_000_000)}"},${many.join()}}`;
    expect(parseHeader(text, 0).entries).toHaveLength(100_000);
  });

  test("quotes no more than a line of what is wrong in it", () => {
    let message = "";
    try {
      parse({ ["n".repeat(1e6)]: Array(1e5).fill(1) });
    } catch (error) {
      message = String(error);
    }
    expect(message).toMatch(/expected an object/);
    expect(message.length).toBeLessThan(300);
  });

  test("that is no JSON is refused", () => {
    expect(() => parseHeader('{"a":', 4)).toThrow(/expected a JSON header, got "{\\"a\\":"/);
  });
});
