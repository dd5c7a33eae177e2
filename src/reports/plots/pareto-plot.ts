/** Two metrics of many settings against each other, and those that no other beats in both. */
import * as Plot from "@observablehq/plot";
import { paretoFront } from "../means/trade-off.ts";
import { numberText } from "../html/number-text.ts";
import type { Markup } from "../html/markup.ts";
import { drawn, frame, lookOf, spanOf, tickFormat } from "./plot-drawing.ts";
import { fileName, type ReportPlot } from "./plot-figure.ts";

/** A setting by its two metrics. */
export interface ParetoPoint {
  readonly label: string;
  readonly x: number;
  readonly y: number;
  /** Where a click leads; nowhere when left out. */
  readonly href?: string | undefined;
}

/** What is drawn. */
export interface ParetoOptions {
  /** Names of the metrics. */
  readonly x: string;
  readonly y: string;
  /** Which is better in x; higher is in y. */
  readonly better: "lower" | "higher";
  readonly points: readonly ParetoPoint[];
}

/** The points that no other beats in both metrics, by x. */
export const paretoOf = ({ points, better }: Pick<ParetoOptions, "points" | "better">): readonly ParetoPoint[] => {
  const sign = better === "higher" ? 1 : -1;
  const front = paretoFront(
    points,
    ({ x }) => sign * x,
    ({ y }) => y,
  );
  return front.toSorted((a, b) => a.x - b.x);
};

const draw = ({ x, y, points }: ParetoOptions, front: readonly ParetoPoint[], width: number): Markup =>
  drawn({
    ...frame(width, 0.5, 420),
    marginRight: 24,
    x: { label: x, grid: true, domain: spanOf(points.map((point) => point.x)), tickFormat, ticks: width / 90 },
    y: { label: y, grid: true, domain: spanOf(points.map((point) => point.y)), tickFormat, ticks: 6 },
    marks: [
      Plot.line(front, { x: "x", y: "y", stroke: "currentColor", strokeOpacity: 0.4, strokeWidth: 2 }),
      Plot.dot(front, { x: "x", y: "y", r: 9, stroke: "currentColor", strokeOpacity: 0.6, strokeWidth: 1.5 }),
      Plot.dot(points, { x: "x", y: "y", fill: lookOf(0).color, r: 4.5, href: "href", title: "label" }),
      Plot.text(front, {
        x: "x",
        y: "y",
        text: "label",
        dx: 9,
        textAnchor: "start",
        stroke: "var(--plot-background)",
        fill: "currentColor",
      }),
    ],
  });

/** The plot; at least one point. */
export const paretoPlot = (options: ParetoOptions): ReportPlot => {
  const { x, y, better, points } = options;
  const front = paretoOf(options);
  const named = front.map(
    (point) => `${point.label || "all"} (${x} ${numberText(point.x)}, ${y} ${numberText(point.y)})`,
  );
  return {
    name: `pareto-${fileName(x)}-${fileName(y)}`,
    text: `${y} over ${x} of ${points.length} settings; the Pareto front: ${named.join("; ")}.`,
    caption:
      `Mean ${y}, the higher the better, over mean ${x}, the ${better} the better. Rings and the grey line: the ` +
      "Pareto front, the settings that no other beats in both.",
    lines: "",
    legend: [],
    linked: points.some(({ href }) => href !== undefined),
    svg: (width) => draw(options, front, width),
    table: [
      ["setting", x, y, "pareto"],
      ...points.map((point) => [point.label, point.x, point.y, Number(front.includes(point))]),
    ],
  };
};
