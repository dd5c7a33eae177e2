/**
 * GGML's blocks of 32 numbers that share a scale, and in the types that end in 1 an offset. A number is float32 here,
 * as ggml computes it.
 */
import { halves } from "../safetensors/float-types.ts";

/** How numbers are packed: in blocks of `size` numbers and `bytes` bytes. */
export interface Packing {
  readonly size: number;
  readonly bytes: number;
  /** Unpacks whole blocks: `packed` holds as many as `values`. */
  readonly unpack: (packed: Uint8Array, values: Float32Array) => void;
}

/** The half-precision number at a byte. */
export const halfAt = (bytes: Uint8Array, at: number): number => halves()[bytes[at]! | (bytes[at + 1]! << 8)]!;

const size = 32;

/** Unpacks block by block, each from its byte `start` to the index `at`. */
const eachBlock = (
  bytes: number,
  unpackOne: (packed: Uint8Array, start: number, values: Float32Array, at: number) => void,
): Packing => ({
  size,
  bytes,
  unpack: (packed, values) => {
    for (let start = 0, at = 0; at < values.length; start += bytes, at += size) unpackOne(packed, start, values, at);
  },
});

/** d q + m, q of four bits: the low halves of 16 bytes, then the high ones. */
const fours = (packed: Uint8Array, start: number, values: Float32Array, at: number, d: number, m: number): void => {
  for (let i = 0; i < 16; i += 1) {
    const byte = packed[start + i]!;
    values[at + i] = d * (byte & 0x0f) + m;
    values[at + 16 + i] = d * (byte >> 4) + m;
  }
};

/** d q + m, q of five bits: a fifth bit for each number in four bytes, then four bits each as above. */
const fives = (packed: Uint8Array, start: number, values: Float32Array, at: number, d: number, m: number): void => {
  for (let i = 0; i < 16; i += 1) {
    const byte = packed[start + 4 + i]!;
    const [low, high] = [packed[start + (i >> 3)]!, packed[start + 2 + (i >> 3)]!];
    values[at + i] = d * ((byte & 0x0f) | (((low >> (i & 7)) & 1) << 4)) + m;
    values[at + 16 + i] = d * ((byte >> 4) | (((high >> (i & 7)) & 1) << 4)) + m;
  }
};

/** d (q - 8), q of four bits. */
export const q4Zero: Packing = eachBlock(18, (packed, start, values, at) => {
  const d = halfAt(packed, start);
  fours(packed, start + 2, values, at, d, -8 * d);
});

/** d q + m, q of four bits. */
export const q4One: Packing = eachBlock(20, (packed, start, values, at) => {
  fours(packed, start + 4, values, at, halfAt(packed, start), halfAt(packed, start + 2));
});

/** d (q - 16), q of five bits. */
export const q5Zero: Packing = eachBlock(22, (packed, start, values, at) => {
  const d = halfAt(packed, start);
  fives(packed, start + 2, values, at, d, -16 * d);
});

/** d q + m, q of five bits. */
export const q5One: Packing = eachBlock(24, (packed, start, values, at) => {
  fives(packed, start + 4, values, at, halfAt(packed, start), halfAt(packed, start + 2));
});

/** d q, q of eight bits with a sign. */
export const q8Zero: Packing = eachBlock(34, (packed, start, values, at) => {
  const d = halfAt(packed, start);
  for (let i = 0; i < size; i += 1) values[at + i] = d * ((packed[start + 2 + i]! << 24) >> 24);
});
