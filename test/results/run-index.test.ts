/** Tests of the index by itself; test/results/runs.test.ts has those of what it is for. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { indexLine, readIndex, writeIndex } from "../../src/results/run-index.ts";

const manifest = {
  name: "run",
  label: "run",
  id: "ab",
  file: "a.json",
  question: "Why?",
  status: "done",
  started: "2026-01-01T00:00:00.000Z",
  values: { alpha: 0.5 },
  versions: { node: "20" },
};

test("lines come back as records, the last of a folder counts, and what nobody asks for is left out", () => {
  const parent = mkdtempSync(join(tmpdir(), "retort-index-"));
  writeIndex(parent, [
    indexLine("a", "1-1", manifest, {}),
    indexLine("b", "2-2", manifest, {}),
    indexLine("a", "3-3", manifest, { accuracy: 1 }),
  ]);
  const index = readIndex(parent);
  expect([...index].map(([name, { stamp }]) => [name, stamp])).toEqual([
    ["a", "3-3"],
    ["b", "2-2"],
  ]);
  expect(index.get("a")?.record).toMatchObject({ values: { alpha: 0.5 }, metrics: { accuracy: 1 } });
  expect(Buffer.from(index.get("a")!.line).toString()).not.toContain("versions");
  expect(readdirSync(parent)).toEqual(["index.jsonl"]);
});

test("where it cannot be written nothing happens, and none is read", () => {
  const parent = mkdtempSync(join(tmpdir(), "retort-index-"));
  writeIndex(join(parent, "nowhere"), [indexLine("a", "1-1", manifest, {})]);
  mkdirSync(join(parent, "index.jsonl"));
  chmodSync(parent, 0o555);
  writeIndex(parent, [indexLine("a", "1-1", manifest, {})]);
  chmodSync(parent, 0o755);
  expect(readIndex(parent).size).toBe(0);
  expect(readdirSync(parent)).toEqual(["index.jsonl"]);
});
