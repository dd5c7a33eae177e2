/** Tests of the columns of runs. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { factCells, runColumns } from "../../../src/results/tables/run-columns.ts";
import { readRuns } from "../../../src/runs/reading/read-runs.ts";
import { writeRunFolder } from "../../fixtures/run-folders.ts";

const [a, alike, b] = ["a".repeat(64), `${"a".repeat(63)}b`, "b".repeat(64)];

const runsOf = (...files: readonly Record<string, string>[]) => {
  const root = mkdtempSync(join(tmpdir(), "retort-columns-"));
  files.forEach((made, i) =>
    writeRunFolder(root, { values: { alpha: 1 }, axes: { "/set": 2 }, again: `-${i + 1}`, made: { files: made } }),
  );
  return readRuns(root).runs;
};

test("hashes are shown by eight digits, and whole where these are alike", () => {
  const { facts, read } = runColumns(runsOf({ "x.ts": a, "y.ts": a }, { "x.ts": b, "y.ts": alike }));
  expect(facts).toEqual(["version", "engine", "file x.ts", "file y.ts", "setting"]);
  expect([read("file x.ts"), read("file y.ts")]).toEqual([
    ["aaaaaaaa", "bbbbbbbb"],
    [a, alike],
  ]);
});

test("values are read by their pointers, what was set before them; a name of nothing is refused", () => {
  const { read } = runColumns(runsOf({}));
  expect([read("/alpha"), read("/set"), read("/none"), read("engine")]).toEqual([[1], [2], [undefined], ["cpu"]]);
  expect(() => read("engines")).toThrow('starts with "/"');
});

test("of one run alone: what it depends on, a strange name like any other", () => {
  const [run] = runsOf(JSON.parse(`{ "__proto__": "${b}" }`) as Record<string, string>);
  expect([...factCells(run!)]).toEqual([
    ["version", "unknown"],
    ["engine", "cpu"],
    ["file __proto__", "bbbbbbbb"],
  ]);
});
