/** The values that GGUF headers are made of. */
import { describe, expect, test } from "vitest";
import { cursorOf, EndOfBytes } from "../../../../src/policies/checkpoints/gguf/gguf-values.ts";
import { string, uint32, uint64 } from "../../../fixtures/gguf-file.ts";

const read = (...parts: readonly Uint8Array[]) => {
  const bytes = Buffer.concat(parts);
  return cursorOf(bytes, bytes.length).value();
};

describe("a value", () => {
  test.each<[string, number, readonly number[], unknown]>([
    ["8 bits", 0, [0xff], 255],
    ["8 bits with a sign", 1, [0xff], -1],
    ["16 bits", 2, [0xfe, 0xff], 65_534],
    ["16 bits with a sign", 3, [0xfe, 0xff], -2],
    ["32 bits", 4, [1, 0, 0, 0x80], 2 ** 31 + 1],
    ["32 bits with a sign", 5, [0xff, 0xff, 0xff, 0xff], -1],
    ["float32", 6, [0, 0, 0xc0, 0x3f], 1.5],
    ["a flag", 7, [1], true],
    ["64 bits", 10, [0, 0, 0, 0, 0, 0, 0, 0x80], 2n ** 63n],
    ["64 bits with a sign", 11, Array<number>(8).fill(0xff), -1n],
    ["float64", 12, [0, 0, 0, 0, 0, 0, 0xf8, 0x3f], 1.5],
  ])("of %s is read", (_, type, bytes, expected) => {
    expect(read(uint32(type), Buffer.from(bytes))).toBe(expected);
    expect(read(uint32(9), uint32(type), uint64(2), Buffer.from([...bytes, ...bytes]))).toEqual([expected, expected]);
    expect(() => read(uint32(type), Buffer.from(bytes).subarray(1))).toThrow(EndOfBytes);
  });

  test("of text is UTF-8 and nothing else", () => {
    expect(read(uint32(8), string("größer"))).toBe("größer");
    expect(() => read(uint32(8), uint64(1), Buffer.of(0xff))).toThrow("expected text in UTF-8 at byte 12, got other bytes");
  });
});

test("a cursor says its position, and tells what is cut here from what no file of this size can hold", () => {
  const bytes = Buffer.concat([uint32(7), uint64(100)]);
  const inLargerFile = cursorOf(bytes, 1000);
  expect(inLargerFile.uint32()).toBe(7);
  expect(inLargerFile.position()).toBe(4);
  expect(() => inLargerFile.text()).toThrow(EndOfBytes);
  const whole = cursorOf(bytes, bytes.length);
  whole.uint32();
  expect(() => whole.count("tensors", 8)).toThrow("expected at most 0 tensors in the rest of the file, got 100; is it cut?");
});
