/** Numbers of 32 and 16 bits in files: IEEE single and half precision, and bfloat16. On the host they are float32. */
import { sharedNumbers } from "../../shared-numbers.ts";
import type { ByteSource } from "../../../files/byte-source.ts";

/** A type of numbers that weights are stored in, by its name in safetensors. */
export type FloatType = "F32" | "F16" | "BF16";

/** Bytes of one number. */
export const floatBytes: Readonly<Record<FloatType, number>> = { F32: 4, F16: 2, BF16: 2 };

/** The half-precision number with these 16 bits. */
const halfOf = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
};

let table: Readonly<Float32Array> | undefined;

/** Every half-precision number by its bits; made at the first use. */
export const halves = (): Readonly<Float32Array> =>
  (table ??= Float32Array.from({ length: 65_536 }, (_, bits) => halfOf(bits)));

/** Writes numbers of 16 bits as float32, exactly. `bits` may lie in the back half of the memory of `values`. */
export const widen = (type: "F16" | "BF16", bits: Uint16Array, values: Float32Array): void => {
  if (type === "F16") {
    const numbers = halves();
    for (let i = 0; i < bits.length; i += 1) values[i] = numbers[bits[i]!]!;
    return;
  }
  const patterns = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < bits.length; i += 1) patterns[i] = bits[i]! << 16;
};

/** The bits of a float32 number, rounded to the nearest half, of two to the even one. */
const halfBits = (bits: number): number => {
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fff_ffff;
  if (size > 0x7f80_0000) return sign | 0x7e00;
  if (size >= 0x477f_f000) return sign | 0x7c00;
  if (size >= 0x3880_0000) {
    const rebased = size - 0x3800_0000;
    return sign | ((rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13);
  }
  if (size < 0x3300_0000) return sign;
  const shift = 126 - (size >>> 23);
  const whole = (size & 0x7f_ffff) | 0x80_0000;
  return sign | ((whole + 2 ** (shift - 1) - 1 + ((whole >>> shift) & 1)) >>> shift);
};

const brainBits = (bits: number): number =>
  (bits & 0x7fff_ffff) > 0x7f80_0000 ? 0x7fc0 | (bits >>> 16) : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;

/**
 * float32 as 16 bits, each rounded to the nearest, ties to even. `RangeError` for a finite number that would become
 * infinite.
 */
export const narrow = (type: "F16" | "BF16", values: Float32Array): Uint16Array => {
  const patterns = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const [round, infinite] = type === "F16" ? [halfBits, 0x7c00] : [brainBits, 0x7f80];
  const narrowed = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i += 1) {
    const bits = round(patterns[i]!);
    if ((bits & 0x7fff) === infinite && Number.isFinite(values[i])) {
      throw new RangeError(
        `expected numbers that ${type} can hold, got ${values[i]} at ${i}; write ` +
          `F32${type === "F16" ? " or BF16" : ""}`,
      );
    }
    narrowed[i] = bits;
  }
  return narrowed;
};

/** Reads `count` numbers that begin at byte `position`, with no memory beside the result's. */
export const readFloats = async (
  source: ByteSource,
  type: FloatType,
  position: number,
  count: number,
): Promise<Float32Array> => {
  const values = sharedNumbers(count);
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (type === "F32") {
    await source.read(bytes, position);
  } else {
    // From the front, writing never overtakes what is still to be read in the back half.
    await source.read(bytes.subarray(2 * count), position);
    widen(type, new Uint16Array(values.buffer, values.byteOffset + 2 * count, count), values);
  }
  return values;
};
