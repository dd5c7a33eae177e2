/** Tests of the report of a sweep. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ClaimValues } from "../../../src/evaluation/claims/index.ts";
import { sweepPage, sweepPlots } from "../../../src/reports/pages/sweep-page.ts";
import { readSweepReport } from "../../../src/reports/pages/sweep-report.ts";
import { readRuns } from "../../../src/runs/reading/read-runs.ts";
import { mixedIn, settingAccuracies, writeMixedRuns } from "../../fixtures/mixed-runs.ts";
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

test("runs of two alphas, codes and data sets are said to be so at the top, and no mean is of more than their seeds", async () => {
  const root = mkdtempSync(join(tmpdir(), "retort-sweep-page-"));
  try {
    const { runs } = readRuns(writeMixedRuns(root));
    for (const { folder, record } of runs) {
      const accuracy = record.metrics["accuracy"]!;
      const lines = [0, 1, 2].map((step) => `{"kind":"evaluation","step":${step},"metrics":{"accuracy":${step * accuracy}}}\n`);
      writeFileSync(join(folder, "metrics.jsonl"), lines.join(""));
    }
    const report = await readSweepReport("mixed", runs);
    const page = sweepPage(report);
    const [top] = page.split("<nav");
    for (const name of Object.keys(mixedIn)) expect(top).toContain(name);
    expect(top).toContain("differ in more than their seeds and what was swept");
    const means = report.means.settings.map(({ means: own }) => own.get("accuracy")!);
    expect(means.map(({ mean, n }) => [mean, n]).toSorted((a, b) => a[0]! - b[0]!)).toEqual(
      settingAccuracies.map((accuracy) => [accuracy + 0.25, 2]),
    );
    expect(page).toContain(mixedIn["file reward.ts"][1].slice(0, 8));

    const eight = await readSweepReport(
      "mixed",
      runs.filter(({ record }) => record.files?.["data.jsonl"] === mixedIn["file data.jsonl"][0]),
    );
    expect(eight.curves[0]!.lines.map(({ points }) => points.map(({ value }) => value)).toSorted((a, b) => a[1]! - b[1]!)).toEqual(
      [0, 2, 4, 6].map((accuracy) => [0, accuracy + 0.25, 2 * accuracy + 0.5]),
    );
    const seeds = runs.filter(({ record }) => record.metrics["accuracy"]! < 1);
    expect([seeds.length, sweepPage(await readSweepReport("mixed", seeds)).includes("what was swept:")]).toEqual([2, false]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
