/** Tests of what a page says of claims that a follow-up took the last look at. */
import { expect, test } from "vitest";
import type { Outcome } from "../../../src/evaluation/claims/verdict.ts";
import { readFigureReports, type FigureReport } from "../../../src/reports/pages/figure-report.ts";
import { decidedClaims, lastVerdict, looksTexts } from "../../../src/reports/pages/follow-ups.ts";
import { figuresMarkdown } from "../../../src/reports/pages/figures-markdown.ts";
import { page } from "../../../src/reports/pages/figures-page.ts";
import { talliesOf } from "../../../src/reports/pages/paper-text.ts";

const real = readFigureReports("docs/results/paper").find(({ name }) => name === "8")!;
const withSeeds = (report: FigureReport, seeds: number): FigureReport["results"] => {
  const trials = Array.from({ length: seeds }, (_, seed) => ({ ...report.results.trials[0]!, axes: { "/seed": seed } }));
  return { ...report.results, looks: 5, planned: seeds, trials };
};
const claim = { ...real.claims[0]!, id: "flat", findings: [] };
const figure = (outcome: Outcome, seeds = 12): FigureReport => ({
  ...real,
  claims: [{ ...claim, outcome }],
  results: withSeeds(real, seeds),
});
const followUp = (outcome: Outcome, seeds = 20): FigureReport => ({
  ...figure(outcome),
  name: "B.20",
  follows: "8",
  claims: [{ ...claim, outcome, decides: "8/flat" }],
  results: { ...withSeeds(real, seeds), figure: "B.20" },
});
const outcomes = (figures: readonly FigureReport[]): readonly Outcome[] => decidedClaims(figures).map((one) => lastVerdict(one).outcome);

test("what a figure leaves undecided its follow-up decides, and each claim is counted once", () => {
  for (const outcome of ["replicated", "not-replicated", "inconclusive"] as const) {
    const both = [figure("inconclusive"), followUp(outcome)];
    expect(outcomes(both)).toEqual([outcome]);
    expect(talliesOf(both).map(({ of }) => of)).toEqual(["1 claims"]);
  }
});

test("what a figure decides itself stands, and the follow-up by itself beside it", () => {
  expect(outcomes([figure("replicated"), followUp("not-replicated")])).toEqual(["replicated", "not-replicated"]);
});

test("a follow-up decides nothing where no look is left, nor before it is done", () => {
  expect(outcomes([figure("inconclusive", 20), followUp("replicated")])).toEqual(["inconclusive", "replicated"]);
  expect(outcomes([figure("inconclusive"), followUp("replicated", 12)])).toEqual(["inconclusive", "replicated"]);
});

test("both sections say so, and the table of all claims links to both", () => {
  const both = [figure("inconclusive"), followUp("not-replicated")];
  expect(looksTexts(both[0]!, both).at(-1)).toBe("The last look was taken with a better measurement: flat in figure B.20: not replicated.");
  expect(looksTexts(both[1]!, both)).toEqual([
    "This is the last look at claims that figure 8 left undecided, with a better measurement. Its intervals of 99 % are one of the 5 of that figure.",
  ]);
  expect(looksTexts(both[0]!, both.slice(0, 1))).toHaveLength(1);
  expect(figuresMarkdown(both)).toContain("| [8](#figure-8), [B.20](#figure-b20) |");
  expect(figuresMarkdown(both)).toContain("The last look was taken with a better measurement: flat in figure B.20: not replicated.");
  expect(page(both)).toContain('<a href="#figure-8">8</a>, <a href="#figure-b20">B.20</a>');
  expect(page(both)).toContain("This is the last look at claims that figure 8 left undecided");
});
