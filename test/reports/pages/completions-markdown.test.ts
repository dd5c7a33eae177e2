/** Tests of completions in Markdown. */
import { expect, test } from "vitest";
import { completionsMarkdown } from "../../../src/reports/pages/completions-markdown.ts";
import { shownTrials } from "../../../src/reports/pages/shown-trials.ts";
import { settingMeans } from "../../../src/reports/means/setting-means.ts";
import { madeCurves } from "../made-curves.ts";

const trials = shownTrials({ results: madeCurves, means: settingMeans(madeCurves.trials, ["rouge-2"]) });
const rows = completionsMarkdown(trials)
  .at(-1)!
  .trim()
  .split("\n")
  .slice(2)
  .map((line) => line.split(/(?<!\\)\|/u).map((cell) => cell.trim()));

test("each completion is a row, with what differs from the row before it", () => {
  expect(rows).toHaveLength(6);
  expect(rows.every(({ length }) => length === 7)).toBe(true);
  expect(rows.map(([, setting]) => setting)).toEqual(["run rl-gkd, alpha 0", "", "run rl-gkd, alpha 0.5", "", "run rl-gkd, alpha 1", ""]);
  expect(rows.map(([, , prompt]) => prompt === "as above")).toEqual([false, true, true, true, true, true]);
});

test("tokens from 0.3 nats on are bold with their nats, and none where they were not inspected", () => {
  expect(rows[2]![3]).toBe(String.raw`The\| <b>cat\*</b> (1.5)<b>◦</b> (0.3)`);
  expect(rows[1]![3]).toBe("The cat");
});

test("what strangers wrote stays text", () => {
  expect(rows[0]![3]).toBe(String.raw`\<img src=x\> \*\*bold\*\* \| \[link\](https\://example.org) \`code\``);
  expect(rows[0]![2]).toContain(String.raw`\`code\`↵ In short\:`);
  expect(rows[0]![4]).toBe(String.raw`A \<b\>reference\</b\>`);
});

test("there is no section without completions", () => {
  expect(completionsMarkdown([])).toEqual([]);
});
