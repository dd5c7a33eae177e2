/** Tests of choosing runs. */
import { expect, test } from "vitest";
import { chooseRuns, several } from "../../../src/cli/options/run-choice.ts";
import { recordOf } from "../../../src/runs/reading/run-record.ts";

const run = (parent: string, name: string, status: string) => ({
  folder: `${parent}/${name}`,
  parent,
  record: recordOf({ name, label: "", id: "ab", file: "", question: "", status, started: "2026-01-01T00:00:00Z", values: {} }),
});

test("each flag narrows, values of one flag widen, and no flag chooses all", () => {
  const runs = [run("runs/a", "x", "done"), run("runs/a", "y", "failed"), run("runs/b", "x", "done")];
  const chosen = (choice: Parameters<typeof chooseRuns>[1]): string[] => chooseRuns(runs, choice).map(({ folder }) => folder);
  expect(chosen({})).toEqual(["runs/a/x", "runs/a/y", "runs/b/x"]);
  expect(chosen({ file: ["a"], status: ["done"] })).toEqual(["runs/a/x"]);
  expect(chosen({ name: ["x", "y"], file: ["a", "b"] })).toEqual(["runs/a/x", "runs/a/y", "runs/b/x"]);
  expect(chosen({ file: ["runs/a"] })).toEqual([]);
  expect(several("b", several("a"))).toEqual(["a", "b"]);
});
