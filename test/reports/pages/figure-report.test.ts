/** Tests of what a report says of how a figure ran; test/cli/commands/report/report.test.ts reads the pages. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeFigure } from "../../../src/reproduction/figure-results.ts";
import { readFigureReports } from "../../../src/reports/pages/figure-report.ts";
import { madeFigure } from "../made-figure.ts";

const timeOf = async (machine: object): Promise<string | undefined> => {
  const folder = mkdtempSync(join(tmpdir(), "retort-figure-report-"));
  await writeFigure(folder, madeFigure);
  writeFileSync(join(folder, "figure-8.machine.json"), JSON.stringify({ jobs: 2, training: 720_000, ...machine }));
  const made = readFigureReports(folder)[0]?.made;
  return made?.find(([name]) => name === "time")?.[1];
};
const call = (minutes: number, trials: number, hour: number): object => ({
  began: `2026-01-02T0${hour}:00:00.000Z`,
  milliseconds: 60_000 * minutes,
  trials,
});

test("time in one call", async () => {
  expect(await timeOf({ elapsed: 360_000 })).toBe("6.0 min from start to end with 2 trials at once; 12.0 min of training");
  expect(await timeOf({ calls: [call(6, 30, 3)] })).toBe(
    "6.0 min in 1 call, the first at 2026-01-02T03:00:00.000Z, with 2 trials at once; 12.0 min of training",
  );
});

test("of several calls each is told, so that a first look can be told from those with more seeds", async () => {
  expect(await timeOf({ calls: [call(4, 20, 3), call(2, 1, 4)] })).toBe(
    "6.0 min in 2 calls (20 trials in 4.0 min, 1 trial in 2.0 min), the first at 2026-01-02T03:00:00.000Z, " +
      "with 2 trials at once; 12.0 min of training",
  );
});
