/** Tests of the claims that test why others are not replicated, by results that are committed. */
import { expect, test } from "vitest";
import type { Outcome } from "../../../src/evaluation/claims/verdict.ts";
import { readFigureReports, type FigureReport } from "../../../src/reports/pages/figure-report.ts";
import { figuresMarkdown } from "../../../src/reports/pages/figures-markdown.ts";
import { page } from "../../../src/reports/pages/figures-page.ts";
import { reasonOutcome, reasonsOf } from "../../../src/reports/pages/reasons.ts";

const [first, second] = readFigureReports("docs/results/paper") as [FigureReport, FigureReport];
const with0 = (report: FigureReport, changed: object): FigureReport => ({
  ...report,
  claims: [{ ...report.claims[0]!, ...changed }, ...report.claims.slice(1)],
});
const { id } = first.claims[0]!;
const tested = with0(first, { outcome: "not-replicated" });
const testing = (outcome: Outcome): FigureReport => with0(second, { outcome, explains: [`${first.name}/${id}`, "A.99/other"] });

test("a reason is tested by the claims that name the claim and its figure", () => {
  const { statement } = second.claims[0]!;
  const anchor = `figure-${second.name.toLowerCase()}`;
  expect(reasonsOf(tested, [tested, testing("replicated")])).toEqual([
    { claim: id, figure: second.name, anchor, statement, outcome: "replicated" },
  ]);
  expect(reasonsOf(second, [tested, testing("replicated")])).toEqual([]);
  expect(reasonsOf(tested, [tested, second])).toEqual([]);
});

test("what it came to is said in a word or two", () => {
  const outcomes: Outcome[] = ["replicated", "not-replicated", "inconclusive", "not-run"];
  expect(outcomes.map((outcome) => reasonOutcome({ outcome }))).toEqual(["holds", "does not hold", "undecided", "not run"]);
});

test("the table of all claims links to it from what is not replicated, and from nothing else", () => {
  const anchor = `figure-${second.name.toLowerCase()}`;
  const markdown = (claimed: FigureReport): string => figuresMarkdown([claimed, testing("not-replicated")]);
  expect(markdown(tested)).toContain(`| [${second.name}](#${anchor}): does not hold |`);
  expect(markdown(tested)).toContain("its reason tested in");
  expect(markdown(with0(first, { outcome: "replicated" }))).not.toContain("its reason tested in");
  expect(figuresMarkdown([tested, second])).not.toContain("its reason tested in");
  expect(page([tested, testing("replicated")])).toMatch(new RegExp(`<a href="#${anchor}">${second.name}</a>: holds`, "u"));
});
