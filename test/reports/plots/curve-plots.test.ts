/** Tests of the plots of how a metric came about. */
import { expect, test } from "vitest";
import { curveMeans } from "../../../src/reports/means/curve-means.ts";
import { curvePlots } from "../../../src/reports/plots/curve-plots.ts";
import { plotCsv } from "../../../src/reports/plots/plot-figure.ts";
import { madeCurves, madeSteps } from "../made-curves.ts";

const plotsOf = (steps: Readonly<Record<string, number>>) => {
  const [curve] = curveMeans(madeCurves.trials, ["rouge-2"], steps);
  return curvePlots("figure-5", curve!);
};

test("a metric is drawn over tokens and over minutes, and both say what they count", () => {
  const [tokens, minutes, ...others] = plotsOf(madeSteps);
  expect([tokens!.name, minutes!.name, others]).toEqual(["figure-5-rouge-2-over-tokens", "figure-5-rouge-2-over-minutes", []]);
  expect(tokens!.svg(640).text).toContain("thousand tokens learned from");
  expect(minutes!.svg(640).text).toContain("minutes");
  expect(minutes!.caption).toContain(
    "median time of a trial's steps without the first, which compiles, the mean of those seeds that were timed; evaluations are not counted",
  );
  expect(tokens!.legend.map(({ name }) => name)).toEqual(["alpha 0", "alpha 0.5", "alpha 1"]);
  expect(tokens!.text).toContain("at thousand tokens learned from 40.2, alpha 0.5");
  expect(plotCsv(tokens!).split("\r\n").slice(0, 3)).toEqual([
    "alpha,step,tokens,rouge-2,rouge-2/low,rouge-2/high",
    "0,0,0,5,5,5",
    "0,50,20100,7.5,7.45,7.55",
  ]);
  expect(plotCsv(minutes!)).toContain("\r\n1,100,11,10.1,");
});

test("nothing is drawn over minutes of steps that were not timed", () => {
  expect(plotsOf({}).map(({ name }) => name)).toEqual(["figure-5-rouge-2-over-tokens"]);
});
