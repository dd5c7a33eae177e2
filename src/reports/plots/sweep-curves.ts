/** Learning curves of a sweep: each metric over steps, a line for each setting, the mean of its seeds. */
import * as Plot from "@observablehq/plot";
import { axisOf, sameValue } from "../../evaluation/claims/trial.ts";
import type { DoneTrial } from "../../results/claim-trials.ts";
import { numberText } from "../html/number-text.ts";
import { readCurves, type LearningCurve } from "./learning-curves.ts";
import type { Markup } from "../html/markup.ts";
import { drawn, frame, lookOf, spanOf, tickFormat } from "./plot-drawing.ts";
import { fileName, type ReportPlot } from "./plot-figure.ts";
import type { SettingMeans } from "../means/setting-means.ts";
import type { StepValue } from "./thinned.ts";

/** A metric over steps, setting by setting. */
export interface SweepCurve {
  readonly metric: string;
  readonly lines: readonly { readonly name: string; readonly points: readonly StepValue[] }[];
}

/** Settings that can be told apart, and runs that are read for them. */
const [mostSettings, mostRuns] = [6, 60];

/** Means of curves at the steps that any of them has. */
const meanCurve = (curves: readonly LearningCurve[]): readonly StepValue[] => {
  const steps = new Map<number, number[]>();
  for (const { step, value } of curves.flatMap(({ points }) => points))
    steps.set(step, [...(steps.get(step) ?? []), value]);
  return [...steps]
    .map(([step, values]) => ({ step, value: values.reduce((sum, value) => sum + value, 0) / values.length }))
    .toSorted((a, b) => a.step - b.step);
};

/**
 * The curves of the metrics of runs that are done, in the order of `metrics`; none where there are too many settings to
 * tell apart, or runs to read.
 */
export const readSweepCurves = async (
  done: readonly DoneTrial[],
  { axes, settings }: SettingMeans,
  metrics: readonly string[],
): Promise<readonly SweepCurve[]> => {
  if (settings.length === 0 || settings.length > mostSettings || done.length > mostRuns) return [];
  const own = settings.map((): LearningCurve[] => []);
  for (const { run, trial } of done) {
    const values = axes.map(({ pointer }) => axisOf(trial, pointer));
    own[settings.findIndex((setting) => sameValue(setting.values, values))]?.push(...(await readCurves(run)));
  }
  return metrics.flatMap((metric): SweepCurve[] => {
    const lines = settings.map(({ texts }, i) => ({
      name: texts.join(", ") || "all",
      points: meanCurve(own[i]!.filter((curve) => curve.metric === metric)),
    }));
    return lines.some(({ points }) => points.length > 2) ? [{ metric, lines }] : [];
  });
};

const draw = ({ metric, lines }: SweepCurve, width: number): Markup => {
  const all = lines.flatMap(({ points }) => points);
  return drawn({
    ...frame(width),
    x: { label: "step", domain: spanOf(all.map(({ step }) => step)), ticks: width / 90, tickFormat },
    y: { label: metric, grid: true, domain: spanOf(all.map(({ value }) => value)), ticks: 6, tickFormat },
    marks: lines.flatMap(({ points }, i) => {
      const { color, symbol, dash } = lookOf(i);
      const ends = points.filter((_, k) => k === points.length - 1);
      return [
        Plot.lineY(points, { x: "step", y: "value", stroke: color, strokeWidth: 1.5, strokeDasharray: dash }),
        Plot.dot(ends, { x: "step", y: "value", fill: color, symbol, r: 4.5 }),
      ];
    }),
  });
};

/** The curve as a plot; `prefix` begins its name. */
export const sweepCurvePlot = (prefix: string, curve: SweepCurve): ReportPlot => {
  const { metric, lines } = curve;
  const ends = lines.flatMap(({ name, points }) => {
    const [first, last] = [points[0], points.at(-1)];
    return first === undefined || last === undefined
      ? []
      : [`${name} from ${numberText(first.value)} to ${numberText(last.value)}`];
  });
  return {
    name: `${prefix}-curve-${fileName(metric)}`,
    text: `Line plot of ${metric} over steps: ${ends.join("; ")}.`,
    caption: `${metric} over steps, the mean of the seeds of each setting.`,
    lines: "settings",
    legend: lines.length < 2 ? [] : lines.map(({ name }, look) => ({ name, look })),
    svg: (width) => draw(curve, width),
    table: [
      ["setting", "step", metric],
      ...lines.flatMap(({ name, points }) => points.map(({ step, value }) => [name, step, value])),
    ],
  };
};
