/** Numbers of 32 and 16 bits. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { memorySource } from "../../../../src/files/byte-source.ts";
import { halves, narrow, readFloats, widen } from "../../../../src/policies/checkpoints/safetensors/float-types.ts";
import { readHeader, readSafetensors } from "../../../../src/policies/checkpoints/safetensors/safetensors.ts";

const types = ["F16", "BF16"] as const;

const path = join(import.meta.dirname, "../../../fixtures/safetensors/types.safetensors");
const { tensors } = await readSafetensors(path);
const header = await readFile(path).then((bytes) => readHeader(memorySource(bytes)));

/** The bits of a 16-bit tensor as PyTorch wrote them. */
const bitsOf = async (name: string): Promise<Uint16Array> => {
  const { begin, end } = header.entries.find((entry) => entry.name === name)!;
  const bytes = await readFile(path);
  return new Uint16Array(bytes.buffer.slice(bytes.byteOffset + header.dataStart + begin, bytes.byteOffset + header.dataStart + end));
};

/** Where float32 does not become infinite. */
const holds = (type: "F16" | "BF16", values: Float32Array): number[] =>
  [...values.keys()].filter((i) => Number.isFinite(tensors[type === "F16" ? "half" : "brain"]!.data[i]));

/** Some of the numbers, as bits: where an engine has run, the processor may take the smallest numbers for zero when it copies values. */
const chosen = (values: Float32Array, kept: readonly number[]): Float32Array => {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return new Float32Array(Uint32Array.from(kept, (i) => bits[i]!).buffer);
};

describe.each([
  { type: "F16", name: "half" },
  { type: "BF16", name: "brain" },
] as const)("$type", ({ type, name }) => {
  test("is read as PyTorch reads it, bit by bit", () => {
    const ours = new Uint32Array(tensors[name]!.data.buffer);
    expect(ours).toEqual(new Uint32Array(tensors[`${name}_as_single`]!.data.buffer));
  });

  test("is rounded as PyTorch rounds it, subnormal numbers and ties included", async () => {
    const single = tensors["single"]!.data;
    const kept = holds(type, single);
    expect(kept.length).toBeGreaterThan(900);
    const expected = await bitsOf(name);
    expect(narrow(type, chosen(single, kept))).toEqual(Uint16Array.from(kept, (i) => expected[i]!));
  });

  test("is what it was after reading and writing, for every number there is", () => {
    const bits = Uint16Array.from({ length: 65_536 }, (_, i) => i);
    const values = new Float32Array(65_536);
    widen(type, bits, values);
    const numbers = bits.filter((i) => !Number.isNaN(values[i]));
    expect(numbers.length).toBeGreaterThan(63_000);
    expect(narrow(type, chosen(values, [...numbers]))).toEqual(numbers);
    const back = new Float32Array(65_536);
    widen(type, narrow(type, values), back);
    expect([...back.keys()].filter((i) => Number.isNaN(back[i]) !== Number.isNaN(values[i]))).toEqual([]);
  });

  test("takes infinity, and refuses a number that would become infinite", () => {
    const values = new Float32Array(1);
    widen(type, narrow(type, Float32Array.of(-Infinity)), values);
    expect(values[0]).toBe(-Infinity);
    const large = type === "F16" ? 65_520 : 3.4e38;
    expect(() => narrow(type, Float32Array.of(1, large))).toThrow(RangeError);
    expect(() => narrow(type, Float32Array.of(1, large))).toThrow(`expected numbers that ${type} can hold, got ${Math.fround(large)} at 1`);
  });
});

test("the largest and the smallest half are where the standard has them", () => {
  expect([0x7bff, 0x0400, 0x0001, 0x8000, 0x7c00].map((bits) => halves()[bits])).toEqual([65_504, 2 ** -14, 2 ** -24, -0, Infinity]);
});

test.each(types)("%s numbers are read at any offset with nothing beside the result", async (type) => {
  const values = Float32Array.from({ length: 999 }, (_, i) => i - 500);
  const bytes = new Uint8Array(narrow(type, type === "F16" ? values : values.map((x) => x / 4)).buffer);
  const source = memorySource(Uint8Array.of(1, 2, 3, ...bytes, 4));
  const read = await readFloats(source, type, 3, 999);
  expect(read.buffer.byteLength).toBe(4 * 999);
  if (type === "F16") expect(read).toEqual(values);
  else expect(read[10]).toBe(-122.5);
});
