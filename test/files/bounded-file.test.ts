/** Tests of reading within bounds. */
import { mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readBounded, stampOf } from "../../src/files/bounded-file.ts";

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
