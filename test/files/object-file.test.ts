/** Tests of files that are read as far as they can be. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { entriesOf, readObject } from "../../src/files/object-file.ts";

const root = mkdtempSync(join(tmpdir(), "retort-object-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("an object is read, and anything else is nothing", () => {
  const read = (text: string): unknown => {
    writeFileSync(join(root, "x.json"), text);
    return readObject(join(root, "x.json"));
  };
  expect(['{"a":1}', "[1]", "{", ""].map(read)).toEqual([{ a: 1 }, undefined, undefined, undefined]);
  read('{"a":1}');
  truncateSync(join(root, "x.json"), 64_000_001);
  expect(readObject(join(root, "x.json"))).toBeUndefined();
  expect(readObject(root)).toBeUndefined();
});

test("entries are those that are not hidden", () => {
  writeFileSync(join(root, ".hidden"), "");
  writeFileSync(join(root, "seen"), "");
  expect(entriesOf(root)).toContain(join(root, "seen"));
  expect(entriesOf(root)).not.toContain(join(root, ".hidden"));
  expect(entriesOf(join(root, "none"))).toEqual([]);
});
