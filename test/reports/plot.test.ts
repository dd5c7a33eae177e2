/** Tests of plots: the SVG of a small result, and what is said of it. */
import { expect, test } from "vitest";
import { lineSample, plotSvg, plotText } from "../../src/reports/plot.ts";
import type { PlotShape } from "../../src/reports/plot-shape.ts";

const lines: PlotShape = {
  kind: "lines",
  metric: "accuracy",
  x: "lambda",
  row: "divergence",
  facet: "",
  points: [
    { x: 0, row: "a", facet: "", mean: 0.25, interval: [0.125, 0.5] },
    { x: 1, row: "a", facet: "", mean: 0.75, interval: [0.5, 0.875] },
    { x: 0, row: "<b>", facet: "", mean: 0.5, interval: undefined },
  ],
};

test("lines are drawn as they were", () => {
  expect(plotSvg(lines, 350, 0.125).text).toMatchSnapshot();
  expect(plotSvg(lines, 350, 0.125).text).toBe(plotSvg(lines, 350, 0.125).text);
  expect(lineSample(1).text).toContain("--series-2");
});

test("a heatmap has a cell and a number for each mean, and its text escaped", () => {
  const svg = plotSvg({ ...lines, kind: "heatmap", facet: "size" }, 350).text;
  expect(svg.match(/<rect /gu)).toHaveLength(3);
  for (const number of ["0.25", "0.75", "0.5"]) expect(svg).toContain(`>${number}</text>`);
  expect(svg).toContain("&lt;b&gt;");
  expect(svg).not.toContain("<b>");
});

test("what is shown is said", () => {
  expect(plotText(lines)).toBe(
    "Line plot of accuracy over lambda, divergence: lowest 0.25 at lambda 0, divergence a, highest 0.75 at lambda 1, divergence a. The table has every number.",
  );
  expect(() => plotSvg({ ...lines, points: [] }, 350)).toThrow("plot: expected at least one mean of accuracy");
});
