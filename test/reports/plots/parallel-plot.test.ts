/** Tests of parallel coordinates. */
import { describe, expect, test } from "vitest";
import { parallelPlot } from "../../../src/reports/plots/parallel-plot.ts";

const axes = [
  { name: "alpha", values: [0, 0.5, 1] },
  { name: "divergence", values: [{ type: "jsd", beta: 0.1 }, "forward-kl"] },
  { name: "accuracy", values: undefined },
];
const runs = [
  { values: [0, { type: "jsd", beta: 0.1 }, 0.25], href: "#/run/a" },
  { values: [1, "forward-kl", 0.75], href: "#/run/b" },
  { values: [0.5, "forward-kl", undefined] },
];

describe("parallel coordinates", () => {
  test("have a line for each run that has the metric, which leads to it, and the values on their axes", () => {
    const { text } = parallelPlot(axes, runs).svg(700);
    expect(text.match(/#\/run\/[ab]"/gu)).toHaveLength(2);
    for (const shown of [">0.5<", ">jsd beta 0.1<", ">forward-kl<", ">0.25<", ">0.75<", ">alpha<"]) expect(text).toContain(shown);
  });

  test("give their numbers, and say what they show", () => {
    const { table, text } = parallelPlot(axes, runs);
    expect(table[0]).toEqual(["alpha", "divergence", "accuracy"]);
    expect(table[1]).toEqual([0, "jsd beta 0.1", 0.25]);
    expect(text).toBe("Parallel coordinates of 3 runs through alpha, divergence to accuracy.");
  });
});
