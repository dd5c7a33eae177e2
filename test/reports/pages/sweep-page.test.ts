/** Tests of the report of a sweep. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ClaimValues } from "../../../src/evaluation/claims/index.ts";
import { sweepPage, sweepPlots } from "../../../src/reports/pages/sweep-page.ts";
import { readSweepReport } from "../../../src/reports/pages/sweep-report.ts";
import { readRuns } from "../../../src/runs/reading/read-runs.ts";
import { writeMadeSweep } from "../made-runs.ts";

test("means over the seeds of the trials that are done, a plot of each metric, and every trial", async () => {
  const root = mkdtempSync(join(tmpdir(), "retort-sweep-page-"));
  try {
    const { runs } = readRuns(writeMadeSweep(root));
    const report = await readSweepReport("alphas", runs);
    expect([report.metrics, report.done, report.runs.length]).toEqual([["accuracy", "rouge-2"], 5, 6]);
    const settings = report.means.settings.map(({ texts, means }) => [texts[0], means.get("accuracy")]);
    expect(Object.fromEntries(settings)).toEqual({
      "0.25": { n: 3, mean: 0.375, interval: [0.25, 0.5] },
      "0.5": { n: 2, mean: 0.5625, interval: [0.5, 0.625] },
    });
    expect(report.means.settings.map(({ texts }) => texts)).toEqual([["0.25"], ["0.5"]]);
    expect(sweepPlots(report).map(({ name, text }) => [name, text.split(":")[0]])).toEqual([
      ["alphas-accuracy", "Line plot of accuracy over alpha"],
      ["alphas-rouge-2", "Line plot of rouge-2 over alpha"],
      ["alphas-curve-accuracy", "Line plot of accuracy over steps"],
    ]);
    expect(report.curves).toHaveLength(1);
    expect(report.curves[0]!.lines.map(({ name, points }) => [name, ...points.map(({ value }) => Number(value.toFixed(4)))])).toEqual([
      ["0.25", 0.135, 0.1475, 0.16],
      ["0.5", 0.13, 0.155, 0.18],
    ]);
    expect(sweepPlots(report).at(-1)!.svg(350).text).toMatchSnapshot();
    const page = sweepPage(report);
    expect(page).toContain("6: 1 failed, 5 done");
    expect(page).toContain("The dotted line is the student before training, 0.133.");
    expect(page.match(/<th scope="row">trial<\/th>/gu)).toHaveLength(6);
    expect(page).not.toContain('id="claims"');

    const claim: ClaimValues = {
      id: "more",
      statement: "A larger alpha is more accurate.",
      type: "order",
      where: {},
      metric: "accuracy",
      gain: false,
      descending: [{ "/objective/alpha": [0.5] }, { "/objective/alpha": [0.25] }],
      by: 0,
    };
    const judged = await readSweepReport("alphas", runs, [claim]);
    expect(judged.claims.map(({ outcome }) => outcome)).toEqual(["replicated"]);
    expect(sweepPage(judged)).toContain('<td class="outcome replicated" rowspan="1">replicated</td>');
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
