/** Tests of joining parameters and metrics. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { compareValues, resultTable } from "../../../src/results/tables/result-table.ts";
import { readRuns } from "../../../src/runs/reading/read-runs.ts";
import { writeRunFolder } from "../../fixtures/run-folders.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "retort-table-"));
});

test("has a column for what differs and for each metric, and a row for each run that is done, in order of the parameters", () => {
  for (const [alpha, seed] of [
    [10, 0],
    [9, 1],
    [9, 0],
  ] as const) {
    writeRunFolder(root, { values: { alpha, seed, same: true }, accuracy: alpha / 10, metrics: { loss: seed, "divergence/jsd": 0 } });
  }
  writeRunFolder(root, { values: { alpha: 1, seed: 0, same: false }, status: "failed" });
  const { parameters, metrics, rows, leftOut } = resultTable(readRuns(root).runs);
  expect(parameters.toSorted()).toEqual(["/alpha", "/seed"]);
  expect(metrics).toEqual(["accuracy", "loss", "divergence/jsd"]);
  const [alpha, seed] = [parameters.indexOf("/alpha"), parameters.indexOf("/seed")];
  const first =
    alpha < seed
      ? [
          [9, 0],
          [9, 1],
          [10, 0],
        ]
      : [
          [9, 0],
          [10, 0],
          [9, 1],
        ];
  expect(rows.map((row) => [row.parameters[alpha], row.parameters[seed]])).toEqual(first);
  expect(rows[0]!.metrics).toEqual([0.9, 0, 0]);
  expect(leftOut).toEqual({ unfinished: 1, repeated: 0 });
});

test("what was swept is first, also where it does not differ", () => {
  writeRunFolder(root, { values: { a: 1, b: 2 }, axes: { "/b": 2 } });
  writeRunFolder(root, { values: { a: 2, b: 2 }, axes: { "/b": 2 } });
  expect(resultTable(readRuns(root).runs).parameters).toEqual(["/b", "/a"]);
});

test("columns may be chosen, and those that a run lacks are empty", () => {
  writeRunFolder(root, { values: { a: 1 }, metrics: { x: 1 } });
  writeRunFolder(root, { values: { b: 1 }, metrics: { y: 2 } });
  const { rows } = resultTable(readRuns(root).runs, { parameters: ["/b"], metrics: ["y"] });
  expect(rows.map((row) => [row.parameters, row.metrics])).toEqual([
    [[1], [2]],
    [[undefined], [undefined]],
  ]);
});

test("a run that was done again counts once, with the later result", () => {
  writeRunFolder(root, { accuracy: 0.1, minute: 1 });
  writeRunFolder(root, { accuracy: 0.3, minute: 3, again: "-2" });
  writeRunFolder(root, { accuracy: 0.2, minute: 2, again: "-3" });
  const { rows, leftOut } = resultTable(readRuns(root).runs, { metrics: ["accuracy"] });
  expect(rows.map((row) => row.metrics)).toEqual([[0.3]]);
  expect(leftOut).toEqual({ unfinished: 0, repeated: 2 });
});

test("numbers are ordered by size, before texts, and what is not there last", () => {
  const values = ["b", undefined, 10, "a", Number.NaN, 9, true];
  expect(values.toSorted(compareValues)).toEqual([9, 10, Number.NaN, "a", "b", true, undefined]);
});
