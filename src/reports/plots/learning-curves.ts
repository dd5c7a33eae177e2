/** Learning curves of a run: every metric over its steps. */
import * as Plot from "@observablehq/plot";
import { readHistory } from "../../runs/reading/history.ts";
import type { FoundRun } from "../../runs/reading/read-runs.ts";
import { numberText } from "../html/number-text.ts";
import type { Markup } from "../html/markup.ts";
import { drawn, lookOf, spanOf, tickFormat } from "./plot-drawing.ts";
import { fileName, type ReportPlot } from "./plot-figure.ts";
import { ThinnedSeries, type StepValue } from "./thinned.ts";

/** A metric over steps. */
export interface LearningCurve {
  readonly metric: string;
  /** Whether it was measured at steps or at evaluations. */
  readonly kind: "step" | "evaluation";
  /** Finite numbers, thinned to some hundreds. */
  readonly points: readonly StepValue[];
}

/** Points of a curve: more cannot be told apart. */
const mostPoints = 250;

/** Metrics that are shown; a run has some dozens. */
const mostMetrics = 200;

/** The curves of a run, those of evaluations first, in the order in which they are reported. */
export const readCurves = async (run: Pick<FoundRun, "folder" | "record">): Promise<readonly LearningCurve[]> => {
  const series = { evaluation: new Map<string, ThinnedSeries>(), step: new Map<string, ThinnedSeries>() };
  for await (const { kind, step, metrics } of readHistory(run)) {
    for (const [metric, value] of Object.entries(metrics)) {
      if (!Number.isFinite(value)) continue;
      const known = series[kind];
      const own = known.get(metric) ?? new ThinnedSeries(mostPoints);
      if (!known.has(metric) && known.size < mostMetrics) known.set(metric, own);
      own.add(step, value);
    }
  }
  return (["evaluation", "step"] as const).flatMap((kind) =>
    [...series[kind]].map(([metric, own]): LearningCurve => ({ metric, kind, points: own.points() })),
  );
};

/** Whether a curve never changes. */
export const isFlat = ({ points }: LearningCurve): boolean => points.every(({ value }) => value === points[0]?.value);

const curveSvg = ({ metric, kind, points }: LearningCurve, width: number): Markup => {
  const { color } = lookOf(kind === "evaluation" ? 1 : 0);
  const at = { x: "step", y: "value" } as const;
  return drawn({
    width,
    height: Math.round(0.35 * width + 60),
    marginLeft: 56,
    marginBottom: 40,
    inset: 6,
    x: { label: "step", domain: spanOf(points.map(({ step }) => step)), ticks: 5, tickFormat },
    y: { label: metric, grid: true, domain: spanOf(points.map(({ value }) => value)), ticks: 4, tickFormat },
    marks: [
      Plot.lineY(points, { ...at, stroke: color, strokeWidth: 1.5 }),
      ...(kind === "evaluation" || points.length < 10 ? [Plot.dot(points, { ...at, fill: color, r: 3 })] : []),
    ],
  });
};

/** The curve as a plot. */
export const curvePlot = (curve: LearningCurve): ReportPlot => {
  const { metric, kind, points } = curve;
  const values = points.map(({ value }) => value);
  const [first, last] = [points[0], points.at(-1)];
  const ends = `from ${numberText(first?.value ?? NaN)} to ${numberText(last?.value ?? NaN)}`;
  const range = `lowest ${numberText(Math.min(...values))}, highest ${numberText(Math.max(...values))}`;
  return {
    name: `curve-${kind}-${fileName(metric)}`,
    text: `Line plot of ${metric} over steps ${first?.step ?? 0} to ${last?.step ?? 0}: ${ends}; ${range}.`,
    caption: `${metric}, ${ends}.`,
    lines: "",
    legend: [],
    svg: (width) => curveSvg(curve, width),
    table: [["step", metric], ...points.map(({ step, value }) => [step, value])],
  };
};
