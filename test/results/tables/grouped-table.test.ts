/** Tests of grouping over seeds. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readRuns, type FoundRun } from "../../../src/runs/reading/read-runs.ts";
import { groupOver, withColumns, type GroupedTable } from "../../../src/results/tables/grouped-table.ts";
import { recordOf } from "../../../src/runs/reading/run-record.ts";
import { resultTable, type ResultTable } from "../../../src/results/tables/result-table.ts";
import { mixedIn, settingAccuracies, writeMixedRuns } from "../../fixtures/mixed-runs.ts";

const record = recordOf({
  name: "run",
  label: "run",
  id: "ab",
  file: "a.json",
  question: "Why?",
  status: "done",
  started: "2026-01-01T00:00:00Z",
  values: {},
});
const run = (parent: string): FoundRun => ({ parent, folder: `${parent}/run`, record });
const row = (parent: string, parameters: (number | string | undefined)[], metrics: (number | undefined)[]) => ({
  run: run(parent),
  parameters,
  metrics,
});

const joined: ResultTable = {
  parameters: ["/alpha", "/seed"],
  metrics: ["accuracy", "loss"],
  rows: [
    row("a", [0.1, 0], [1, 2]),
    row("a", [0.1, 1], [3, undefined]),
    row("a", [undefined, 0], [5, 6]),
    row("b", [0.1, 0], [7, 8]),
    row("a", ["0.1", 0], [9, 9]),
  ],
  leftOut: { unfinished: 0, repeated: 0 },
};

test("rows of one file that differ in nothing else are one group, with the values that are there", () => {
  expect(groupOver(joined, ["/seed"])).toEqual({
    parameters: ["/alpha"],
    metrics: ["accuracy", "loss"],
    groups: [
      { parent: "a", parameters: [0.1], runs: 2, values: [[1, 3], [2]] },
      { parent: "a", parameters: [undefined], runs: 1, values: [[5], [6]] },
      { parent: "b", parameters: [0.1], runs: 1, values: [[7], [8]] },
      { parent: "a", parameters: ["0.1"], runs: 1, values: [[9], [9]] },
    ],
  });
});

test("over everything there is one group a file", () => {
  expect(groupOver(joined, ["/seed", "/alpha"]).groups.map(({ runs }) => runs)).toEqual([4, 1]);
});

test("a parameter that no run has is refused", () => {
  expect(() => groupOver(joined, ["/sed"])).toThrow('one of /alpha, /seed, got "/sed"');
  expect(() => groupOver(joined, ["sed"])).toThrow('starts with "/", such as /objective/alpha, got "sed"');
});

test("over one seed is over all, and over an object over all in it; where runs do not differ each is a group", () => {
  const parameters = ["/seed", "/taskSeed", "/stages/sft/seed", "/stages/sft/task/seed", "/rewards/0/seed", "/a/b", "/ab"];
  const rows = [1, 2].map((value) =>
    row(
      "a",
      parameters.map(() => value),
      [value, value],
    ),
  );
  const table = { ...joined, parameters, rows };
  expect(groupOver(table, ["/taskSeed"]).parameters).toEqual(["/rewards/0/seed", "/a/b", "/ab"]);
  expect(groupOver(table, ["/a"]).parameters).toEqual(parameters.filter((name) => name !== "/a/b"));
  const alone = { ...joined, parameters: [], rows: [row("a", [], [1, 2])] };
  expect(groupOver(alone, ["/seed"]).groups).toEqual([{ parent: "a", parameters: [], runs: 1, values: [[1], [2]] }]);
  expect(groupOver(alone, ["engine"]).groups).toHaveLength(1);
});

test("two alphas, codes and data sets of two seeds are eight groups, whatever is asked for, and never a mean of more", () => {
  const table = resultTable(readRuns(writeMixedRuns(mkdtempSync(join(tmpdir(), "retort-grouped-")))).runs);
  const all = groupOver(table, ["/seed"]);
  expect(all.parameters.toSorted()).toEqual(Object.keys(mixedIn).toSorted());
  const accuracies = (grouped: GroupedTable) =>
    grouped.groups.map(({ values }) => values[0]!.toSorted((a, b) => a - b)).toSorted((a, b) => a[0]! - b[0]!);
  const seeds = settingAccuracies.map((accuracy) => [accuracy, accuracy + 0.5]);
  expect(accuracies(all)).toEqual(seeds);
  const asked = withColumns(all, ["/objective/alpha"]);
  expect(accuracies(asked)).toEqual(seeds);
  expect(asked.parameters.toSorted()).toEqual(all.parameters.toSorted());
  expect(accuracies(groupOver(table, ["/seed", "file reward.ts"]))).toHaveLength(4);
});

test("what is not asked for is no column where it tells nothing apart", () => {
  const groups = [
    { parent: "a", parameters: [1, 5], runs: 1, values: [] },
    { parent: "a", parameters: [2, 6], runs: 1, values: [] },
  ];
  const grouped = { parameters: ["/alpha", "/steps"], metrics: [], groups };
  expect(withColumns(grouped, ["/alpha"])).toEqual({
    parameters: ["/alpha"],
    metrics: [],
    groups: groups.map((group) => ({ ...group, parameters: group.parameters.slice(0, 1) })),
  });
});
