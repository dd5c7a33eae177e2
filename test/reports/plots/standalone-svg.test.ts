/** Tests of plots as files of their own. */
import { expect, test } from "vitest";
import { plotSvg } from "../../../src/reports/plots/means-plot.ts";
import type { PlotShape } from "../../../src/reports/plots/plot-shape.ts";
import { standaloneSvg } from "../../../src/reports/plots/standalone-svg.ts";

const shape: PlotShape = {
  kind: "lines",
  metric: "accuracy",
  x: "lambda",
  row: "divergence",
  facet: "",
  points: [0, 1].flatMap((x) => ["a", "<b>"].map((row, i) => ({ x, row, facet: "", mean: x + i, interval: undefined }))),
  levels: [],
  ticks: [0, 1],
};

const plot = {
  name: "p",
  text: "A plot of <b>",
  caption: "",
  lines: "",
  legend: ["a", "<b>"].map((name, look) => ({ name, look })),
  svg: (width: number) => plotSvg(shape, width),
  table: [],
};

test("a file has the legend, the light page's colours, and nothing that it would load from elsewhere", () => {
  const svg = standaloneSvg(plot, 350);
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 350 294" width="350" height="294" /u);
  expect(svg).not.toContain("var(");
  expect(svg).not.toContain("<b>");
  expect(svg.match(/&lt;b&gt;/gu)).toHaveLength(2);
  expect(svg).toContain("#0757ba");
  expect(svg.match(/<svg[ >]/gu)!.length).toBe(svg.match(/<\/svg>/gu)!.length);
  expect(svg.replace("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:|url\(|href/u);
});

test("a legend that is too long continues in the next line; one that is empty takes no room", () => {
  const heightOf = (names: readonly string[]): number =>
    Number(/height="(\d+)"/u.exec(standaloneSvg({ ...plot, legend: names.map((name, look) => ({ name, look })) }, 350))![1]);
  expect(heightOf(["a", "b"]) - heightOf([])).toBe(24);
  expect(heightOf(["a".repeat(30), "b".repeat(30)]) - heightOf(["a", "b"])).toBe(20);
});
