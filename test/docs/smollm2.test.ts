/** docs/results/smollm2.md is what `retort report --markdown --png` writes of the results that are committed. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { figuresReport } from "../../src/cli/commands/report/report-kinds.ts";
import { readDiscussions } from "../../src/reports/pages/discussion.ts";
import { readFigureReports } from "../../src/reports/pages/figure-report.ts";
import { plotCsv, plotNames } from "../../src/reports/plots/plot-figure.ts";

const [results, page] = ["docs/results/smollm2", "docs/results/smollm2.md"];
const plots = `${results}/plots`;

describe("the page of SmolLM2", () => {
  const report = figuresReport(results, undefined)!;

  test("is generated, verdicts and discussion and all", () => {
    expect(readFileSync(page, "utf8")).toBe(report.markdown!(page, { folder: plots, format: "png" }));
  });

  test("has the plots of these results, and no others", () => {
    const drawn = report.plots();
    const names = plotNames(drawn);
    expect(readdirSync(plots).toSorted()).toEqual(names.flatMap((name) => [`${name}.csv`, `${name}.png`]).toSorted());
    for (const [i, plot] of drawn.entries()) expect(readFileSync(join(plots, `${names[i]}.csv`), "utf8")).toBe(plotCsv(plot));
  });

  test("discusses every figure in which a claim is not replicated", () => {
    const figures = readFigureReports(results, readDiscussions(`${results}/discussion.md`));
    const silent = figures.filter(
      ({ claims, discussions }) => discussions.length === 0 && claims.some(({ outcome }) => outcome === "not-replicated"),
    );
    expect(silent.map(({ name }) => name)).toEqual([]);
  });
});
