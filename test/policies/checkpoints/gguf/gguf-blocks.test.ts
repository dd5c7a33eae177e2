/** Blocks of 32 numbers; test/policies/checkpoints/gguf/gguf-types.test.ts compares each type with the gguf package. */
import { describe, expect, test } from "vitest";
import { halfAt, q4One, q4Zero, q5One, q5Zero, q8Zero, type Packing } from "../../../../src/policies/checkpoints/gguf/gguf-blocks.ts";

/** 1 and 2 in half precision. */
const [one, two] = [
  [0x00, 0x3c],
  [0x00, 0x40],
] as const;

const unpacked = ({ size, unpack }: Packing, ...bytes: readonly number[]): number[] => {
  const values = new Float32Array(size);
  unpack(Uint8Array.from(bytes), values);
  return [...values];
};

const counting = Array.from({ length: 32 }, (_, i) => i);
const nibbles = Array.from({ length: 16 }, (_, i) => i | ((15 - i) << 4));
const byNibbles = [...Array.from({ length: 16 }, (_, i) => i), ...Array.from({ length: 16 }, (_, i) => 15 - i)];

test("a half is read at any byte", () => {
  expect(halfAt(Uint8Array.of(9, 0x00, 0xc0), 1)).toBe(-2);
});

describe("one block", () => {
  test("of four bits holds the low halves of its bytes, then the high ones", () => {
    expect(unpacked(q4Zero, ...one, ...nibbles)).toEqual(byNibbles.map((q) => q - 8));
    expect(unpacked(q4One, ...two, ...one, ...nibbles)).toEqual(byNibbles.map((q) => 2 * q + 1));
  });

  test("of five bits adds 16 where a bit says so", () => {
    const bits = [0b0000_0001, 0, 0, 0b1000_0000];
    const fifth = counting.map((i) => (i === 0 || i === 31 ? 16 : 0));
    expect(unpacked(q5Zero, ...one, ...bits, ...nibbles)).toEqual(byNibbles.map((q, i) => q + fifth[i]! - 16));
    expect(unpacked(q5One, ...one, ...two, ...bits, ...nibbles)).toEqual(byNibbles.map((q, i) => q + fifth[i]! + 2));
  });

  test("of eight bits has a sign", () => {
    expect(unpacked(q8Zero, ...two, ...counting.map((i) => (i - 16) & 0xff))).toEqual(counting.map((i) => 2 * (i - 16)));
  });
});
