/** Tests of tables for a person; test/cli/commands/results/results.test.ts has those of the command. */
import { expect, test } from "vitest";
import { resultSections } from "../../../../src/cli/commands/results/result-sections.ts";
import { flatRuns } from "../../../../src/results/tables/flat-table.ts";
import { recordOf } from "../../../../src/runs/reading/run-record.ts";
import { resultTable } from "../../../../src/results/tables/result-table.ts";
import { recorder } from "../../recorder.ts";

const run = (seed: number, metrics: Record<string, number | string>, more: Record<string, number> = {}) => ({
  folder: `runs/a/trial-${seed}`,
  parent: "runs/a",
  record: recordOf(
    {
      name: "trial",
      label: "\u001B[1mbold",
      id: `id${seed}`,
      file: "a.json",
      question: "Why?",
      status: "done",
      started: "2026-01-01T00:00:00Z",
      values: { seed, ...more },
    },
    { metrics },
  ),
});

test("long rows are cut to what matters, numbers that are none are named, and controls are not printed", () => {
  const more = Object.fromEntries(Array.from({ length: 20 }, (_, k) => [`p${k}`, k]));
  const joined = resultTable([run(0, { loss: "NaN" }), run(1, { loss: "Infinity" }, more)]);
  const { terminal, output, errors } = recorder();
  resultSections(flatRuns(joined), joined, { interval: "standard-error" }, terminal);
  expect(output().split("\n")[0]!.split(/ {2,}/u)).toHaveLength(7);
  expect(output()).toMatch(/NaN[^]*Infinity/u);
  expect(output()).not.toContain("\u001B");
  expect(errors()).toContain("and 3 more; --parameter");
});

test("one run alone has its label, since nothing tells it apart", () => {
  const joined = resultTable([run(0, { loss: 1 })]);
  const { terminal, output } = recorder();
  resultSections(flatRuns(joined), joined, { interval: "standard-error" }, terminal);
  expect(output()).toMatch(/^run +loss\n-+ {2}-+\n\\u001b\[1mbold +1\n$/u);
});
