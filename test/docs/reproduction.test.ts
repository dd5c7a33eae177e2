/** docs/results/reproduction.md is what `retort report --markdown` writes of the results that are committed. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readDiscussions } from "../../src/reports/pages/discussion.ts";
import { readFigureReports } from "../../src/reports/pages/figure-report.ts";
import { figuresMarkdown } from "../../src/reports/pages/figures-markdown.ts";

const figures = readFigureReports("docs/results/paper", readDiscussions("docs/results/discussion.md"));

test("the page of the figures is generated, verdicts and all", () => {
  expect(readFileSync("docs/results/reproduction.md", "utf8")).toBe(figuresMarkdown(figures));
});

test("every figure in which a claim is not replicated has a discussion", () => {
  const silent = figures.filter(
    ({ claims, discussions }) => discussions.length === 0 && claims.some(({ outcome }) => outcome === "not-replicated"),
  );
  expect(silent.map(({ name }) => name)).toEqual([]);
});
