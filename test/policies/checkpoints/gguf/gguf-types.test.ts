/** The types of numbers in GGUF files. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { memorySource, withFile } from "../../../../src/files/byte-source.ts";
import { readGgufHeader } from "../../../../src/policies/checkpoints/gguf/gguf-header.ts";
import { blockOf, ggufTypes, readNumbers, typeNumbered } from "../../../../src/policies/checkpoints/gguf/gguf-types.ts";
import { readSafetensors } from "../../../../src/policies/checkpoints/safetensors/safetensors.ts";

const fixtures = join(import.meta.dirname, "../../../fixtures/gguf");
const expected = (await readSafetensors(join(fixtures, "blocks.safetensors"))).tensors;

describe("blocks of random bytes", () => {
  test.each(ggufTypes)("of type %s are the numbers that the gguf package makes of them, bit by bit", async (type) => {
    await withFile(join(fixtures, "blocks.gguf"), async (source) => {
      const { tensors } = await readGgufHeader(source);
      const tensor = tensors.find(({ name }) => name === type)!;
      expect(tensor.type).toBe(type);
      expect(tensor.shape).toEqual(expected[type]!.shape);
      const numbers = await readNumbers(source, tensor.type, tensor.begin, tensor.count);
      // Where the offset is a product by -8 or -16, a zero may come out with the other sign.
      expect(numbers.map((x) => x + 0)).toEqual(expected[type]!.data.map((x) => x + 0));
    });
  });
});

test("a tensor of more blocks than are unpacked at once is read whole", async () => {
  const { size, bytes } = blockOf("Q8_0");
  const packed = new Uint8Array(bytes * 10_000);
  for (let block = 0; block < 10_000; block += 1) {
    packed.set([0x00, 0x3c], block * bytes);
    packed[block * bytes + 2] = block % 100;
  }
  const numbers = await readNumbers(memorySource(Buffer.concat([Buffer.of(9), packed])), "Q8_0", 1, size * 10_000);
  expect(numbers.filter((_, i) => i % size === 0)).toEqual(Float32Array.from({ length: 10_000 }, (_, i) => i % 100));
});

test("types that are not read have a name all the same", () => {
  expect(typeNumbered(14)).toBe("Q6_K");
  expect(typeNumbered(10)).toEqual({ unread: "Q2_K" });
  expect(typeNumbered(999)).toEqual({ unread: "number 999" });
});
