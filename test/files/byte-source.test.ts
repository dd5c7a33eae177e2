/** Bytes that are read by position. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { memorySource, naming, readText, withFile, type ByteSource } from "../../src/files/byte-source.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "retort-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const content = Uint8Array.from({ length: 100 }, (_, i) => i);

const reads = async (source: ByteSource): Promise<void> => {
  expect(source.size).toBe(100);
  const target = new Uint8Array(10);
  await source.read(target, 90);
  expect(target).toEqual(content.subarray(90));
  await source.read(target.subarray(0, 2), 0);
  expect([...target.subarray(0, 3)]).toEqual([0, 1, 92]);
  await expect(source.read(target, 91)).rejects.toThrow(/the file is cut: expected at least 101 bytes, got 100/);
};

test("bytes in memory and of a file are read alike", async () => {
  await reads(memorySource(content));
  const path = join(folder, "file");
  await writeFile(path, content);
  await withFile(path, reads);
});

describe("a file", () => {
  test("that is not there, or is a folder, is named", async () => {
    await expect(withFile(join(folder, "none"), reads)).rejects.toThrow(join(folder, "none"));
    await expect(withFile(folder, reads)).rejects.toThrow(`${folder}: expected a file, got a folder, a pipe or a device`);
  });

  test("is named once in errors of what is in it, and not in others", async () => {
    const path = join(folder, "file");
    await writeFile(path, content);
    const refuse = (error: Error): Promise<never> => withFile(path, () => naming(path, () => Promise.reject(error)));
    await expect(refuse(new SyntaxError("expected more"))).rejects.toThrow(new SyntaxError(`${path}: expected more`));
    await expect(refuse(new Error("of another kind"))).rejects.toThrow(new Error("of another kind"));
  });
});

test("text is read up to a length, and only as UTF-8", async () => {
  const path = join(folder, "text");
  await writeFile(path, "\u{feff}größer");
  expect(await readText(path, 20)).toBe("\u{feff}größer");
  await expect(readText(path, 5)).rejects.toThrow(`${path}: expected at most 5 bytes, got 11`);
  await writeFile(path, Uint8Array.of(0xff, 0xfe));
  await expect(readText(path, 5)).rejects.toThrow(`${path}: expected text in UTF-8`);
});
