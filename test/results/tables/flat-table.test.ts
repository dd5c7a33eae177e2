/** Tests of rows of scalars. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { flatGroups, flatRuns, sortedBy } from "../../../src/results/tables/flat-table.ts";
import { groupOver } from "../../../src/results/tables/grouped-table.ts";
import { resultTable } from "../../../src/results/tables/result-table.ts";
import { readRuns } from "../../../src/runs/reading/read-runs.ts";
import { writeRunFolder } from "../../fixtures/run-folders.ts";

const root = mkdtempSync(join(tmpdir(), "retort-flat-"));
for (const [seed, list] of [
  [0, [1, 2]],
  [1, [1, 2]],
  [0, [3]],
] as const) {
  writeRunFolder(root, { values: { list, seed }, axes: { "/list": list, "/seed": seed }, accuracy: seed, metrics: { file: 7 } });
}
const joined = resultTable(readRuns(root).runs);

test("a run is a row under names of which none is there twice", () => {
  const { columns, rows } = flatRuns(joined);
  expect(columns).toEqual(["file", "run", "label", "status", "id", "folder", "milliseconds", "/list", "/seed", "accuracy", "metrics/file"]);
  expect(rows.map(([file, run, , , , , ...rest]) => [file, run, ...rest])).toEqual([
    ["sweep", "trial", 61_000, "[1,2]", 0, 0, 7],
    ["sweep", "trial", 61_000, "[1,2]", 1, 1, 7],
    ["sweep", "trial", 61_000, "[3]", 0, 0, 7],
  ]);
});

test("a group is a row with each mean, how sure it is, and of how many", () => {
  const grouped = groupOver(joined, ["/seed"]);
  expect(flatGroups(grouped, "standard-error")).toEqual({
    columns: [
      "file",
      "/list",
      "runs",
      "accuracy",
      "accuracy/standard-error",
      "accuracy/n",
      "metrics/file",
      "metrics/file/standard-error",
      "metrics/file/n",
    ],
    rows: [
      ["sweep", "[1,2]", 2, 0.5, 0.5, 2, 7, 0, 2],
      ["sweep", "[3]", 1, 0, undefined, 1, 7, undefined, 1],
    ],
  });
  const { columns, rows } = flatGroups(grouped, "bootstrap");
  expect(columns.slice(3, 7)).toEqual(["accuracy", "accuracy/low", "accuracy/high", "accuracy/n"]);
  expect(rows[0]!.slice(3, 7)).toEqual([0.5, 0, 1, 2]);
});

test("rows are sorted by any column, those without a value last either way", () => {
  const table = {
    columns: ["a", "b"],
    rows: [
      [1, undefined],
      [2, 5],
      [3, 4],
    ],
  };
  expect(sortedBy(table, "b", false).rows.map(([a]) => a)).toEqual([3, 2, 1]);
  expect(sortedBy(table, "b", true).rows.map(([a]) => a)).toEqual([2, 3, 1]);
  expect(() => sortedBy(table, "c", true)).toThrow('expected one of a, b to sort by, got "c"');
});
