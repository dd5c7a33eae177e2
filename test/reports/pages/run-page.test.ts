/** Tests of the report of a run: curves, trace, completions, warnings and settings, with strangers' text as text. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { afterAll, expect, test } from "vitest";
import { readRunReport, runPage, runPlots } from "../../../src/reports/pages/run-page.ts";
import { readRuns } from "../../../src/runs/reading/read-runs.ts";
import { writeRunFolder } from "../../fixtures/run-folders.ts";
import { evil, writeMadeRun } from "../made-runs.ts";

const root = mkdtempSync(join(tmpdir(), "retort-run-page-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const reportIn = async (folder: string) => readRunReport(readRuns(folder).runs[0]!);

const textsOf = (page: string, selector: string): string[] => {
  const parsed: unknown = parseHTML(page);
  const { document } = parsed as { readonly document: { querySelectorAll(chosen: string): Iterable<{ readonly textContent: string }> } };
  return [...document.querySelectorAll(selector)].map(({ textContent }) => textContent.trim());
};

test("a run's curves, last step, completions and warnings are read", async () => {
  const { curves, warnings, timed, completions } = await reportIn(writeMadeRun(root));
  expect(curves.map(({ kind, metric }) => `${kind} ${metric}`)).toEqual([
    "evaluation length",
    "evaluation accuracy",
    "step loss",
    `step ${evil}`,
    "step checks/cut",
    "step odd",
  ]);
  expect(curves[1]!.points).toEqual([0, 1, 2, 3].map((step) => ({ step, value: step / 4 })));
  expect(curves.at(-1)!.points).toEqual([1, 3].map((step) => ({ step, value: 1 })));
  expect(warnings).toEqual([{ step: 2, check: "truncated", message: `look at ${evil}` }]);
  expect([timed?.step, timed?.spans.length]).toEqual([3, 3]);
  expect(completions.map((all) => all.map(({ step, reward }) => [step, reward]))).toEqual([
    [
      [1, 0],
      [1, 1],
    ],
    [
      [2, 0],
      [2, 1],
    ],
  ]);
});

test("the page shows them, and what was written by others as text", async () => {
  const report = await reportIn(writeMadeRun(root));
  const page = runPage(report);
  expect(textsOf(page, "script, img, link, iframe")).toEqual([]);
  expect(textsOf(page, ".curves [role=img]")).toHaveLength(4);
  expect(textsOf(page, "#curves p")[0]).toBe("The same throughout: checks/cut 0, odd 1.");
  expect(textsOf(page, "#completions .reward-1")).toEqual(["0", "0", "0"]);
  expect(textsOf(page, "#completions .reward-5")).toEqual(["1", "1", "1"]);
  expect(textsOf(page, "#completions [title='0.05 nats']")).toEqual([evil, "2", evil, "2"]);
  expect(textsOf(page, "#completions .divergence-3")).toEqual(["from 1", "◦", "1", "◦", "1"]);
  expect(textsOf(page, "#warnings li")).toEqual([`Step 2, truncated: look at ${evil}`]);
  expect(textsOf(page, "#settings tbody td")).toEqual(["gkd", "jsd", "0.1", evil, "0", "unknown", "cpu"]);
  expect(textsOf(page, "#step [role=img]")).toHaveLength(2);
  expect(textsOf(page, "#results tbody td")).toEqual(["7", "0.75", "0.5"]);
  expect(page).toContain(
    "Gantt chart of step 3, 100 milliseconds; share of the time that each row is busy: draw 1 60 %, draw 2 60 %, update 20 %.",
  );
  const gantt = runPlots(report).at(-1)!;
  expect(gantt.svg(350).text).toMatchSnapshot();
  expect(gantt.table.slice(0, 2)).toEqual([
    ["row", "start", "end", "rollouts"],
    ["draw 1", 0, 60, 2],
  ]);
  expect(runPlots(report)[1]!.svg(350).text).toMatchSnapshot();
});

test("what is not there yet is said to be missing", async () => {
  const folder = writeRunFolder(root, { file: "empty", name: "run", status: "failed" });
  const page = runPage(await reportIn(folder));
  expect(textsOf(page, "section p")).toEqual([
    "Nothing has been measured yet.",
    "Nothing is there.",
    "Nothing is there.",
    "Nothing is there.",
    "No check had anything to say.",
  ]);
  writeFileSync(join(folder, "trace.json"), "[\n");
  expect((await reportIn(folder)).timed).toBeUndefined();
});
