/** Tests of the plot of two metrics against each other. */
import { describe, expect, test } from "vitest";
import { paretoOf, paretoPlot } from "../../../src/reports/plots/pareto-plot.ts";

const points = [
  { label: "a", x: 1, y: 1 },
  { label: "b", x: 2, y: 3 },
  { label: "c", x: 3, y: 2, href: "#/run/c" },
  { label: "d", x: 2, y: 1 },
];
const front = (better: "lower" | "higher"): readonly string[] => paretoOf({ points, better }).map(({ label }) => label);

describe("the Pareto front", () => {
  test("has what no other beats, whichever way x is better", () => {
    expect(front("higher")).toEqual(["b", "c"]);
    expect(front("lower")).toEqual(["a", "b"]);
  });

  test("has equal points both", () => {
    const twice = [points[1]!, { ...points[1]!, label: "twin" }];
    expect(paretoOf({ points: twice, better: "higher" })).toHaveLength(2);
  });

  test("is drawn with rings, labels and links, and told in words", () => {
    const plot = paretoPlot({ x: "divergence", y: "reward", better: "lower", points });
    const { text } = plot.svg(700);
    expect(text).toContain('#/run/c"');
    expect(text).toMatch(/>a<.*>b</su);
    expect(plot.text).toBe(
      "reward over divergence of 4 settings; the Pareto front: a (divergence 1, reward 1); b (divergence 2, reward 3).",
    );
    expect(plot.table).toContainEqual(["a", 1, 1, 1]);
  });

  test("labels are text", () => {
    const { text } = paretoPlot({ x: "x", y: "y", better: "higher", points: [{ label: "<b>", x: 1, y: 1 }, points[1]!] }).svg(700);
    expect(text).not.toContain("<b>");
  });
});
