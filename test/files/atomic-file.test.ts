/** Files that are written whole or not at all. */
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeWhole } from "../../src/files/atomic-file.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "retort-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

test("a file is written, replaced, and nothing else is left in its folder", async () => {
  const path = join(folder, "new", "file.json");
  await writeWhole(path, "one");
  await writeWhole(path, Uint8Array.of(116, 119, 111));
  expect(await readFile(path, "utf8")).toBe("two");
  expect(await readdir(join(folder, "new"))).toEqual(["file.json"]);
});

test("when it cannot be put in place, nothing half-written stays", async () => {
  await mkdir(join(folder, "taken", "inside"), { recursive: true });
  await expect(writeWhole(join(folder, "taken"), "text")).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST|EPERM/);
  expect(await readdir(folder)).toEqual(["taken"]);
});

test("content may come part after part; when a part fails, the old file stays and nothing beside it", async () => {
  const path = join(folder, "file");
  await writeWhole(path, [Uint8Array.of(111), Uint8Array.of(110, 101)]);
  expect(await readFile(path, "utf8")).toBe("one");
  function* broken(): Generator<Uint8Array> {
    yield Uint8Array.of(1);
    throw new RangeError("no more");
  }
  await expect(writeWhole(path, broken())).rejects.toThrow("no more");
  expect(await readFile(path, "utf8")).toBe("one");
  expect(await readdir(folder)).toEqual(["file"]);
});
