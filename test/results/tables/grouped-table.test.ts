/** Tests of grouping over seeds. */
import { expect, test } from "vitest";
import type { FoundRun } from "../../../src/runs/reading/read-runs.ts";
import { groupOver } from "../../../src/results/tables/grouped-table.ts";
import { recordOf } from "../../../src/runs/reading/run-record.ts";
import type { ResultTable } from "../../../src/results/tables/result-table.ts";

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

test("a parameter that is no column is refused", () => {
  expect(() => groupOver(joined, ["/sed"])).toThrow('one of /alpha, /seed, got "/sed"');
});
