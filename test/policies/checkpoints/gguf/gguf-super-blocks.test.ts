/** Blocks of 256 numbers; test/policies/checkpoints/gguf/gguf-types.test.ts compares each type with the gguf package. */
import { expect, test } from "vitest";
import { q4K, q5K, q6K } from "../../../../src/policies/checkpoints/gguf/gguf-super-blocks.ts";
import type { Packing } from "../../../../src/policies/checkpoints/gguf/gguf-blocks.ts";

const unpacked = ({ size, unpack }: Packing, bytes: Uint8Array): Float32Array => {
  const values = new Float32Array(size);
  unpack(bytes, values);
  return values;
};

/** d = 1, dmin = 2; scales 1 to 8; offsets 0. */
const head = [0x00, 0x3c, 0x00, 0x40, 1, 2, 3, 4, 0, 0, 0, 0, 5, 6, 7, 8];

test("parts of 32 numbers have a scale each", () => {
  const bytes = Uint8Array.from([...head, ...Array<number>(128).fill(0x31)]);
  expect(unpacked(q4K, bytes)).toEqual(Float32Array.from({ length: 256 }, (_, i) => ((i >> 5) + 1) * ((i >> 5) % 2 === 0 ? 1 : 3)));
});

test("the fifth bit of part i is bit i", () => {
  const bytes = Uint8Array.from([...head, ...Array<number>(32).fill(0b0000_0100), ...Array<number>(128).fill(0)]);
  expect(unpacked(q5K, bytes)).toEqual(Float32Array.from({ length: 256 }, (_, i) => (i >> 5 === 2 ? 3 * 16 : 0)));
});

test("six bits are four of one byte and two of another, with a signed scale for each 16", () => {
  const scales = Array.from({ length: 16 }, (_, i) => (i - 8) & 0xff);
  const bytes = Uint8Array.from([...Array<number>(128).fill(0x21), ...Array<number>(64).fill(0b11_10_01_00), ...scales, 0x00, 0x3c]);
  const q = [1, 17, 34, 50].map((n) => n - 32);
  expect(unpacked(q6K, bytes).map((x) => x + 0)).toEqual(
    Float32Array.from({ length: 256 }, (_, i) => ((i >> 4) - 8) * q[(i >> 5) & 3]!).map((x) => x + 0),
  );
});
