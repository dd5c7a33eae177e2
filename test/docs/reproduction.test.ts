/** docs/results/reproduction.md is what `retort report --markdown` writes of the results that are committed. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readFigureReports } from "../../src/reports/figure-report.ts";
import { figuresMarkdown } from "../../src/reports/figures-markdown.ts";

test("the page of the figures is generated, verdicts and all", () => {
  expect(readFileSync("docs/results/reproduction.md", "utf8")).toBe(figuresMarkdown(readFigureReports("docs/results/paper")));
});
