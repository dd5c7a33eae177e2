/** Tests of what reports say of the paper's numbers, by the results that are committed. */
import { expect, test } from "vitest";
import { paperOf, readFigureReports } from "../../../src/reports/pages/figure-report.ts";
import { isOwnFigure } from "../../../src/reproduction/figures.ts";
import { decidedClaims, lastVerdict } from "../../../src/reports/pages/follow-ups.ts";
import { besideVerdict, overviewRows, paperEffect, ranksText, sourceText } from "../../../src/reports/pages/paper-text.ts";

const figures = readFigureReports("docs/results/paper");
const figure = (name: string) => figures.find((one) => one.name === name)!;

test("the paper's effects are the differences of its numbers", () => {
  // 16.34 - 15.15, 18.84 - 17.89, 21.18 - 20.60; of their differences from SeqKD the same; 2.11 as the paper has it.
  expect([0, 1, 2].map((claim) => paperEffect(figure("1a"), claim, 0))).toEqual(["0.907", "0.973", "2.11"]);
  // Percentages are shares here.
  expect(paperEffect(figure("8"), 0, 0)).toBe("0.0292");
  // It has no accuracy of sampled answers, and draws figure A.16.
  expect(paperEffect(figure("7"), 5, 0)).toBe("");
  expect(paperEffect(figure("A.16"), 0, 0)).toBe("");
});

test("each setting has the paper's number beside it", () => {
  for (const report of figures.filter(({ name }) => name !== "A.16" && !isOwnFigure(name))) {
    const numbers = paperOf(report)!;
    const known = report.means.settings.map((setting) => numbers(setting, report.metrics[0]!));
    expect(
      known.every((value) => value !== undefined),
      report.name,
    ).toBe(true);
  }
  expect(paperOf(figure("A.16"))).toBeUndefined();
  const { means } = figure("9");
  const of = (run: string, size: string) => means.settings.find(({ texts }) => texts.join() === `${run},${size}`)!;
  expect(paperOf(figure("9"))!(of("imitkd", "base"), "accuracy")).toBeCloseTo(0.1696, 12);
});

test("the table of all claims has each once, with the figure that it is of", () => {
  const rows = overviewRows(figures);
  const claims = decidedClaims(figures);
  const followUps = claims.filter(({ followUp }) => followUp !== undefined).length;
  expect(followUps).toBeGreaterThan(0);
  expect(rows).toHaveLength(figures.reduce((total, one) => total + one.claims.length, 0) - followUps);
  const verdicts = claims.map((claim) => lastVerdict(claim).outcome.replace("-", " "));
  expect(rows.map(({ verdict }) => verdict)).toEqual(verdicts);
  for (const { verdict, agreement } of rows.filter(({ paper }) => paper !== "")) {
    if (verdict === "not replicated") expect(agreement).toBe("not at all");
    else if (verdict !== "replicated") expect(agreement).toBe("");
    else expect(agreement).toMatch(/^in direction/u);
  }
  const fall = rows.find(({ statement, figures: [own] }) => own!.figure === "5" && statement.startsWith("The share of summaries"))!;
  expect(fall).toMatchObject({
    claim: "claim 28",
    paper: "0.0682",
    figures: [{ figure: "5", anchor: "figure-5" }],
  });
});

test("beside a verdict stands how far it is the paper's, where it is at all", () => {
  for (const report of figures)
    for (const [i, { outcome }] of report.claims.entries()) expect(besideVerdict(report, i) === "" || outcome === "replicated").toBe(true);
  expect(besideVerdict(figure("6"), 0)).toBe("in direction and size");
});

test("it is said where the numbers are from, and how far settings stand in the paper's order", () => {
  expect(sourceText(figure("8").compared!)).toBe(
    "The paper's numbers are read off the plot, good to 0.03 of its unit, of 10 of these settings, in our unit. " +
      "Figure 8: GSM8K, the small student.",
  );
  expect(sourceText(figure("A.12").compared!)).toContain("are as they are printed, of 45 of these settings");
  expect(sourceText(figure("A.16").compared!)).toMatch(/^The paper has no numbers to compare with\. Figure A\.16:/u);
  expect(ranksText(figure("A.12").compared!)).toMatch(/rouge-2: 0\.\d+ \[.*\] over 45 settings; within each of 3 students, on average, /u);
  expect(ranksText(figure("A.16").compared!)).toBe("");
});
