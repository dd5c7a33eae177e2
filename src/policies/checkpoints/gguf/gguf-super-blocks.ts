/** GGML's blocks of 256 numbers, whose parts have scales that are themselves quantised: Q4_K, Q5_K, Q6_K. */
import { halfAt, type Packing } from "./gguf-blocks.ts";

const size = 256;

/**
 * Scales and offsets of eight parts, six bits each, in twelve bytes: the upper two bits of the last four are beside
 * the first four.
 */
const partScales = (packed: Uint8Array, start: number, part: number): readonly [number, number] => {
  const at = start + (part & 3);
  const [scale, offset, rest] = [packed[at]!, packed[at + 4]!, packed[at + 8]!];
  return part < 4
    ? [scale & 0x3f, offset & 0x3f]
    : [(rest & 0x0f) | ((scale >> 2) & 0x30), (rest >> 4) | ((offset >> 2) & 0x30)];
};

/**
 * d s q - dmin o, with s and o of the eight parts of 32 numbers. `highBits` is where the fifth bits are; four bits
 * have none.
 */
const scaledAndShifted = (bytes: number, highBits: number | undefined): Packing => ({
  size,
  bytes,
  unpack: (packed, values) => {
    for (let start = 0, at = 0; at < values.length; start += bytes, at += size) {
      const [d, least] = [halfAt(packed, start), halfAt(packed, start + 2)];
      for (let part = 0; part < 8; part += 1) {
        const [s, o] = partScales(packed, start + 4, part);
        const [scale, offset] = [d * s, least * o];
        const low = start + bytes - 128 + 32 * (part >> 1);
        for (let i = 0; i < 32; i += 1) {
          const high = highBits === undefined ? 0 : (packed[start + highBits + i]! >> part) & 1;
          values[at + 32 * part + i] = scale * (((packed[low + i]! >> (4 * (part & 1))) & 0x0f) | (high << 4)) - offset;
        }
      }
    }
  },
});

/** Four bits a number. */
export const q4K: Packing = scaledAndShifted(144, undefined);

/** Five bits a number. */
export const q5K: Packing = scaledAndShifted(176, 16);

/**
 * d s (q - 32), q of six bits, with s of the sixteen parts of 16 numbers: 128 bytes of low bits, 64 of high ones, 16
 * scales, d.
 */
export const q6K: Packing = {
  size,
  bytes: 210,
  unpack: (packed, values) => {
    for (let start = 0, at = 0; at < values.length; start += 210, at += size) {
      const d = halfAt(packed, start + 208);
      for (let i = 0; i < size; i += 1) {
        const [half, row, column] = [i >> 7, (i >> 5) & 3, i & 31];
        const low = (packed[start + 64 * half + 32 * (row & 1) + column]! >> (4 * (row >> 1))) & 0x0f;
        const high = (packed[start + 128 + 32 * half + column]! >> (2 * row)) & 3;
        const scale = d * ((packed[start + 192 + (i >> 4)]! << 24) >> 24);
        values[at + i] = scale * ((low | (high << 4)) - 32);
      }
    }
  },
};
