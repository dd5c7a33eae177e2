/** Tests of reading within bounds. */
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  fileBytes,
  fileHash,
  isRegular,
  lastText,
  openRegular,
  readBounded,
  readBoundedText,
  stampOf,
  withRegular,
} from "../../src/files/regular-file.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-bounded-"));

test("reads a file up to its bound, and nothing beyond", () => {
  const path = join(folder, "five");
  writeFileSync(path, "12345");
  expect(readBounded(path, 5).bytes.toString()).toBe("12345");
  expect(readBounded(path, 5).stamp).toBe(stampOf(statSync(path)));
  expect(() => readBounded(path, 4)).toThrow("expected at most 4 bytes, got 5");
  expect(() => readBounded(folder, 5)).toThrow(/expected a file, got a folder/u);
});

test("a file that was written again has another stamp", () => {
  const path = join(folder, "again");
  writeFileSync(path, "1");
  const { stamp } = readBounded(path, 9);
  writeFileSync(path, "22");
  expect(readBounded(path, 9).stamp).not.toBe(stamp);
});

describe("what is no regular file, or has no end", () => {
  const pipe = join(folder, "pipe");
  const device = join(folder, "device");
  const sparse = join(folder, "sparse");
  spawnSync("mkfifo", [pipe]);
  symlinkSync("/dev/zero", device);
  writeFileSync(sparse, "");
  truncateSync(sparse, 2 ** 40);

  test.each([pipe, device])("%s is refused at once, whoever asks", async (path) => {
    const refused = /expected a file, got a folder, a pipe or a device/u;
    expect(() => readBounded(path, 2 ** 20)).toThrow(refused);
    await expect(fileHash(path)).rejects.toThrow(refused);
    await expect(openRegular(path)).rejects.toThrow(refused);
    expect(() => isRegular(path)).toThrow(refused);
    expect(lastText(path, 100)).toBe("");
  });

  test("a terabyte is refused by its size, and its end is read alone", () => {
    expect(() => readBoundedText(sparse, 2 ** 20)).toThrow(`expected at most ${2 ** 20} bytes, got ${2 ** 40}`);
    expect(lastText(sparse, 3)).toBe("\0\0\0");
  });

  test("a file that grows while it is read is read as far as it went", async () => {
    const path = join(folder, "growing");
    writeFileSync(path, "123");
    const seen: string[] = [];
    for await (const piece of fileBytes(path)) {
      seen.push(piece.toString());
      appendFileSync(path, "45");
    }
    expect(seen).toEqual(["123"]);
    const read = withRegular(path, 5, (file) => {
      appendFileSync(path, "67");
      const bytes = Buffer.alloc(9);
      return bytes.toString("utf8", 0, file.read(bytes, 0));
    });
    expect(read).toBe("12345");
  });
});
