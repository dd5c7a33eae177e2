/** Headers of GGUF files. */
import { join } from "node:path";
import { gguf } from "@huggingface/gguf";
import { describe, expect, test } from "vitest";
import { memorySource, withFile } from "../../../../src/files/byte-source.ts";
import { readGgufHeader, type GgufHeader } from "../../../../src/policies/checkpoints/gguf/gguf-header.ts";
import { ggufFile, kinds, string, uint32, uint64, value, type GgufParts } from "../../../fixtures/gguf-file.ts";

const read = (parts: GgufParts): Promise<GgufHeader> => readGgufHeader(memorySource(ggufFile(parts)));

const a = { name: "a", sizes: [3, 2], type: 0, offset: 0 };
const b = { name: "b", sizes: [32], type: 8, offset: 32 };
const data = new Uint8Array(32 + 34);
const metadata = [
  ["general.architecture", value.text("llama")],
  ["list", value.texts(["x", "ü"])],
] as const;

test("a header gives metadata and locations, with sizes in the order of rows and columns", async () => {
  const header = await read({ metadata, tensors: [b, a], data });
  expect([...header.metadata]).toEqual([
    ["general.architecture", "llama"],
    ["list", ["x", "ü"]],
  ]);
  const start = ggufFile({ metadata, tensors: [b, a] }).length;
  expect(header.tensors).toEqual([
    { name: "b", type: "Q8_0", shape: [32], count: 32, begin: start + 32, end: start + 66 },
    { name: "a", type: "F32", shape: [2, 3], count: 6, begin: start, end: start + 24 },
  ]);
});

test("another alignment is kept to", async () => {
  const aligned = [["general.alignment", value.whole(64)]] as const;
  const parts = { metadata: aligned, tensors: [a, { ...b, offset: 64 }], data: new Uint8Array(98), alignment: 64 };
  expect((await read(parts)).tensors[1]!.begin % 64).toBe(0);
  await expect(read({ ...parts, metadata: [["general.alignment", value.whole(48)]] })).rejects.toThrow(
    /general.alignment: expected a power of two from 8 to 65536, got 48/,
  );
});

describe("a file is refused", () => {
  test("that is cut at any byte", async () => {
    const bytes = ggufFile({ metadata, tensors: [a, b], data });
    for (let length = 0; length < bytes.length; length += 1) {
      await expect(readGgufHeader(memorySource(bytes.subarray(0, length)))).rejects.toThrow(SyntaxError);
    }
  });

  test.each<[string, GgufParts, RegExp]>([
    ["of another version", { version: 99 }, /expected version 2 or 3 of GGUF, little-endian, got version 99/],
    ["of version 1", { version: 1 }, /expected version 2 or 3 of GGUF, little-endian, got version 1/],
    [
      "with more tensors than it holds",
      { tensors: [a], data, tensorCount: 1000n },
      /expected at most \d tensors in the rest of the file, got 1000/,
    ],
    [
      "with more tensors than there can be",
      { tensorCount: 2n ** 63n },
      /expected at most 0 tensors in the rest of the file, got 9223372036854775808/,
    ],
    [
      "with more metadata than it holds",
      { metadataCount: 50_000n },
      /expected at most \d keys of metadata in the rest of the file, got 50000/,
    ],
    ["with a key twice", { metadata: [...metadata, ...metadata] }, /metadata "general.architecture" is there twice/],
    [
      "with a list in a list",
      { metadata: [["key", Buffer.concat([uint32(kinds.array), uint32(kinds.array), uint64(0)])]] },
      /no list in a list, got 9/,
    ],
    ["with a value of no type", { metadata: [["key", uint32(13)]] }, /expected a type of metadata from 0 to 12.*, got 13/],
    ["with a tensor twice", { tensors: [a, { ...a, offset: 32 }], data }, /tensor "a" is listed twice/],
    ["with an overlap", { tensors: [a, { ...b, offset: 0 }], data }, /tensor "b" overlaps the one before it/],
    ["with a hole", { tensors: [a, { ...b, offset: 64 }], data: new Uint8Array(98) }, /tensor "b" leaves a hole before it/],
    [
      "with an offset between",
      { tensors: [a, { ...b, offset: 33 }], data },
      /tensor "b": expected an offset that is a multiple of 32, got 33/,
    ],
    ["with a huge offset", { tensors: [{ ...a, offset: 2n ** 64n - 32n }], data }, /tensor "a": expected an offset/],
    ["with tensors beyond its end", { tensors: [a, b], data: data.subarray(0, 65) }, /the file is cut: tensor "b" ends at byte/],
    [
      "with a size of zero",
      { tensors: [{ ...a, sizes: [0, 3] }], data },
      /tensor "a": expected sizes from 1 to what a file can hold, got \[3,0\]/,
    ],
    ["with a huge size", { tensors: [{ ...a, sizes: [2n ** 60n] }], data }, /tensor "a": expected sizes from 1 to what a file can hold/],
    ["with sizes whose product is huge", { tensors: [{ ...a, sizes: [2 ** 31, 2 ** 31] }], data }, /tensor "a": expected sizes from 1 to/],
    ["with five sizes", { tensors: [{ ...a, sizes: [1, 1, 1, 1, 1] }], data }, /tensor "a": expected one to four sizes, got 5/],
    [
      "with half a block",
      { tensors: [{ ...b, sizes: [31], offset: 0 }], data },
      /tensor "b": expected rows of a multiple of 32 numbers for Q8_0, got \[31\]/,
    ],
    ["of a type that is not read", { tensors: [{ ...a, type: 10 }], data }, /tensor "a": expected a type among F32, F16, .*, got Q2_K/],
  ])("%s", async (_, parts, message) => {
    await expect(read(parts)).rejects.toThrow(message);
  });

  test("whose text or list is longer than the file, without memory for it", async () => {
    const long = Buffer.concat([uint32(kinds.string), uint64(9_000_000), Buffer.from("x")]);
    const list = Buffer.concat([uint32(kinds.array), uint32(kinds.string), uint64(1_000_000), string("x")]);
    for (const content of [long, list]) await expect(read({ metadata: [["key", content]] })).rejects.toThrow(SyntaxError);
  });

  test("that has its bytes the other way round", async () => {
    const bytes = Buffer.from(ggufFile({}));
    bytes.writeUInt32BE(3, 4);
    await expect(readGgufHeader(memorySource(bytes))).rejects.toThrow(/little-endian/);
  });
});

test.each(["llama", "qwen2", "qwen3", "gemma", "gpt2", "blocks"])("of %s the library reads the same", async (name) => {
  const path = join(import.meta.dirname, `../../../fixtures/gguf/${name}.gguf`);
  const ours = await withFile(path, readGgufHeader);
  const { metadata, tensorInfos, tensorDataOffset } = await gguf(path, { allowLocalFile: true });
  const { version: _version, tensor_count: _tensors, kv_count: _keys, ...values } = metadata as unknown as Record<string, unknown>;
  expect(Object.fromEntries(ours.metadata)).toEqual(values);
  expect(ours.tensors.map(({ name, shape, begin }) => ({ name, shape, begin }))).toEqual(
    tensorInfos.map(({ name, shape, offset }) => ({
      name,
      shape: shape.map(Number).toReversed(),
      begin: Number(tensorDataOffset + offset),
    })),
  );
});

test("an error of the disk stays what it is", async () => {
  const broken = { size: 100, read: () => Promise.reject(Object.assign(new Error("disk"), { code: "EIO" })) };
  await expect(readGgufHeader(broken)).rejects.toThrow("disk");
});

test("a header of some megabytes, longer than what is read at first, is read in time in proportion", async () => {
  const words = Array.from({ length: 1_000_000 }, (_, i) => `token ${i}`);
  const { metadata: found } = await read({ metadata: [["tokens", value.texts(words)], ...metadata], tensors: [a], data });
  expect(found.get("tokens")).toEqual(words);
});
