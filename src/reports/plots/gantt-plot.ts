/** A step's Gantt chart as a plot: what ran when, a row for each slot of each lane. */
import * as Plot from "@observablehq/plot";
import type { Span } from "../../rollouts/scoring/timeline.ts";
import { numberText } from "../html/number-text.ts";
import { busyTime, ganttRows } from "./gantt.ts";
import type { Markup } from "../html/markup.ts";
import { drawn, lookOf, tickFormat } from "./plot-drawing.ts";
import type { ReportPlot } from "./plot-figure.ts";

/** Spans that are drawn; those of a step are hundreds at most. */
const mostSpans = 5000;

interface Bar {
  readonly row: string;
  readonly lane: number;
  /** Milliseconds since the step began. */
  readonly start: number;
  readonly end: number;
  readonly count: number;
}

const barsOf = (spans: readonly Span[]): readonly Bar[] => {
  const shown = spans.toSorted((a, b) => a.start - b.start).slice(0, mostSpans);
  const from = shown[0]?.start ?? 0;
  const lanes = [...new Set(shown.map(({ lane }) => lane))];
  return ganttRows(shown).flatMap(({ name, spans: own }) =>
    own.map(({ lane, start, end, count }) => ({
      row: name,
      lane: lanes.indexOf(lane),
      start: start - from,
      end: end - from,
      count,
    })),
  );
};

const draw = (bars: readonly Bar[], width: number): Markup => {
  const rows = [...new Set(bars.map(({ row }) => row))];
  const longest = Math.max(...rows.map(({ length }) => length));
  return drawn({
    width,
    height: 24 * rows.length + 64,
    marginLeft: Math.min(0.4 * width, 7.2 * longest + 12),
    marginRight: 16,
    marginBottom: 40,
    x: { label: "milliseconds", grid: true, ticks: width / 100, tickFormat },
    y: { type: "band", label: null, domain: rows, tickSize: 0, padding: 0.25 },
    marks: [
      Plot.barX(bars, {
        y: "row",
        x1: "start",
        x2: ({ start, end }: Bar) => Math.max(end, start + 1e-3),
        fill: ({ lane }: Bar) => lookOf(lane).color,
        stroke: "var(--plot-background)",
        strokeWidth: 0.5,
      }),
    ],
    color: { type: "identity" },
  });
};

/** The plot of a step's spans; at least one. */
export const ganttPlot = (spans: readonly Span[], step: number): ReportPlot => {
  const bars = barsOf(spans);
  const whole = Math.max(...bars.map(({ end }) => end), 1e-3);
  const shares = ganttRows(spans).map(
    ({ name, spans: own }) => `${name} ${numberText((100 * busyTime(own)) / whole)} %`,
  );
  return {
    name: `step-${step}`,
    text:
      `Gantt chart of step ${step}, ${numberText(whole)} milliseconds; share of the time that each row is ` +
      `busy: ${shares.join(", ")}.`,
    caption:
      `What ran when in step ${step}: ${numberText(whole)} ms; busy ${shares.join(", ")}. Draws and scores of ` +
      "its evaluation are among them.",
    lines: "",
    legend: [],
    svg: (width) => draw(bars, width),
    table: [["row", "start", "end", "rollouts"], ...bars.map(({ row, start, end, count }) => [row, start, end, count])],
  };
};
