/** Tests of plots: the SVG of a small result, and what is said of it. */
import { expect, test } from "vitest";
import { lineSample } from "../../../src/reports/plots/plot-drawing.ts";
import { plotSvg, plotText } from "../../../src/reports/plots/means-plot.ts";
import type { PlotShape } from "../../../src/reports/plots/plot-shape.ts";

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
  levels: [],
  ticks: [0, 1],
};

test("lines are drawn as they were", () => {
  expect(plotSvg(lines, 350, 0.125).text).toMatchSnapshot();
  expect(plotSvg(lines, 350, 0.125).text).toBe(plotSvg(lines, 350, 0.125).text);
  expect(lineSample(1).text).toContain("--series-2");
});

test("a heatmap has a cell and a number for each mean, and its text escaped", () => {
  const svg = plotSvg({ ...lines, kind: "heatmap", facet: "size" }, 350).text;
  expect(svg).toMatchSnapshot();
  expect(svg.match(/<rect /gu)).toHaveLength(3);
  for (const number of ["0.25", "0.75", "0.5"]) expect(svg).toContain(`>${number}</text>`);
  expect(svg).toContain("&lt;b&gt;");
  expect(svg).not.toContain("<b>");
});

test("colours of a heatmap compare within a facet", () => {
  const point = (facet: string, x: number, mean: number) => ({ x, row: "a", facet, mean, interval: undefined });
  const points = [point("small", 0, 1), point("small", 1, 2), point("large", 0, 10), point("large", 1, 20)];
  const fills = plotSvg({ ...lines, kind: "heatmap", facet: "size", points }, 350).text.match(/<rect [^>]*fill="[^"]+"/gu)!;
  const [a, b, c, d] = fills.map((rect) => /fill="([^"]+)"/u.exec(rect)![1]);
  expect([a, b]).toEqual([c, d]);
  expect(a).not.toBe(b);
});

test("a setting without a position along the axis is a level", () => {
  const flat = { ...lines, levels: [{ row: "teacher", mean: 0.9, interval: [0.85, 0.95] as const }] };
  expect(plotSvg(flat, 350).text.match(/var\(--series-3\)/gu)).toHaveLength(2);
  expect(plotText(flat)).toContain("; divergence teacher at 0.9.");
});

test("what is shown is said", () => {
  expect(plotText(lines)).toBe(
    "Line plot of accuracy over lambda, divergence: lowest 0.25 at lambda 0, divergence a, highest 0.75 at lambda 1, divergence a. The table has every number.",
  );
  expect(() => plotSvg({ ...lines, points: [] }, 350)).toThrow("plot: expected at least one mean of accuracy");
});
