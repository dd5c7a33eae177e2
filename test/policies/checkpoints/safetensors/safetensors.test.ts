/** Safetensors files. */
import { mkdtemp, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  decodeSafetensors,
  encodeSafetensors,
  readSafetensors,
  writeSafetensors,
} from "../../../../src/policies/checkpoints/safetensors/safetensors.ts";

const content = {
  tensors: {
    first: { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, 1e-30, 7) },
    second: { shape: [], data: Float32Array.of(9) },
  },
  metadata: { format: "pt" },
};

describe("encoding", () => {
  test("is undone by decoding, for any tensors and at any offset in memory", async () => {
    const tensor = fc.float32Array({ maxLength: 12 }).map((data) => ({ shape: [data.length], data }));
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), tensor), fc.dictionary(fc.string(), fc.string()), async (tensors, metadata) => {
        fc.pre(!Object.hasOwn(tensors, "__metadata__"));
        const bytes = encodeSafetensors({ tensors, metadata });
        const moved = new Uint8Array(bytes.length + 3);
        moved.set(bytes, 3);
        const decoded = await decodeSafetensors(moved.subarray(3));
        expect(new Map(Object.entries(decoded.tensors))).toEqual(new Map(Object.entries(tensors)));
        expect(new Map(Object.entries(decoded.metadata))).toEqual(new Map(Object.entries(metadata)));
      }),
    );
  });

  test.each(["F16", "BF16"] as const)("in %s keeps the numbers that it can hold", async (dtype) => {
    const exact = { tensors: { a: { shape: [2, 2], data: Float32Array.of(1, -2.5, 0, 96) } }, metadata: { format: "pt" } };
    const bytes = encodeSafetensors(exact, dtype);
    expect(await decodeSafetensors(bytes)).toEqual(exact);
  });

  test("refuses a number that the type cannot hold, with the tensor's name", () => {
    const large = { tensors: { a: { shape: [1], data: Float32Array.of(1e5) } }, metadata: {} };
    expect(() => encodeSafetensors(large, "F16")).toThrow('tensor "a": expected numbers that F16 can hold, got 100000 at 0');
  });

  test("refuses data that does not fill its shape", () => {
    const wrong = { tensors: { a: { shape: [3], data: new Float32Array(2) } }, metadata: {} };
    expect(() => encodeSafetensors(wrong)).toThrow('tensor "a": expected 3 values for [3], got 2');
  });
});

describe("decoding", () => {
  test("refuses a file that is cut at any byte", async () => {
    const bytes = encodeSafetensors(content);
    for (let length = 0; length < bytes.length; length += 1) {
      await expect(decodeSafetensors(bytes.subarray(0, length))).rejects.toThrow(/the file is cut/);
    }
  });

  test("refuses a header length that no file has, before it allocates", async () => {
    const bytes = new Uint8Array(16).fill(255);
    await expect(decodeSafetensors(bytes)).rejects.toThrow(/expected a header of at most 100000000 bytes, got 18446744073709551615/);
  });
});

describe("files", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "retort-"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  test("are read as they were written", async () => {
    const path = join(folder, "a.safetensors");
    await writeSafetensors(path, content);
    expect(await readSafetensors(path)).toEqual(content);
  });

  test("that cannot be written whole leave the old one, and nothing beside it", async () => {
    const path = join(folder, "a.safetensors");
    await writeSafetensors(path, content);
    const large = { tensors: { ...content.tensors, third: { shape: [1], data: Float32Array.of(1e9) } }, metadata: {} };
    await expect(writeSafetensors(path, large, "F16")).rejects.toThrow('tensor "third"');
    expect(await readSafetensors(path)).toEqual(content);
    expect(await readdir(folder)).toEqual(["a.safetensors"]);
  });

  test("that are cut or of another kind are named in the error", async () => {
    const path = join(folder, "a.safetensors");
    await writeSafetensors(path, content);
    await truncate(path, encodeSafetensors(content).length - 5);
    await expect(readSafetensors(path)).rejects.toThrow(`${path}: the file is cut: its header promises 28 bytes of tensors, got 23`);
    await writeFile(path, "not a checkpoint at all");
    await expect(readSafetensors(path)).rejects.toThrow(path);
  });
});
