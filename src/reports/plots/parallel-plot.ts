/** Parallel coordinates: a line for each run through its values of what was varied, to what came of it. */
import * as Plot from "@observablehq/plot";
import { valueText } from "../../evaluation/claims/value-text.ts";
import { numberText } from "../html/number-text.ts";
import type { Markup } from "../html/markup.ts";
import { drawn } from "./plot-drawing.ts";
import { fileName, type ReportPlot } from "./plot-figure.ts";

/** An upright: what was varied with its values in their order, or a metric. */
export interface ParallelAxis {
  readonly name: string;
  readonly values: readonly unknown[] | undefined;
}

/** A run: a value of each axis; nothing where it has none. */
export interface ParallelRun {
  readonly values: readonly unknown[];
  /** Where a click leads; nowhere when left out. */
  readonly href?: string | undefined;
}

interface Place {
  readonly run: number;
  readonly axis: number;
  /** From 0 at the bottom to 1. */
  readonly height: number;
  /** Of the run's metric, from 0 to 1. */
  readonly result: number;
  readonly href: string | undefined;
}

const numbersOf = (values: readonly unknown[]): readonly number[] =>
  values.filter((value) => typeof value === "number" && Number.isFinite(value)) as number[];

/** Where a value is on its axis, from 0 to 1, by its place in the order or, for a metric, by its size. */
const heightOn = ({ values }: ParallelAxis, own: readonly unknown[]): ((value: unknown) => number | undefined) => {
  if (values !== undefined) {
    const texts = values.map(valueText);
    return (value) => {
      const at = texts.indexOf(valueText(value));
      return at === -1 ? undefined : texts.length < 2 ? 0.5 : at / (texts.length - 1);
    };
  }
  const numbers = numbersOf(own);
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  return (value) => {
    if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
    return high > low ? (value - low) / (high - low) : 0.5;
  };
};

const placesOf = (axes: readonly ParallelAxis[], runs: readonly ParallelRun[]): readonly Place[] => {
  const heights = axes.map((axis, i) =>
    heightOn(
      axis,
      runs.map(({ values }) => values[i]),
    ),
  );
  return runs.flatMap(({ values, href }, run) => {
    const result = heights.at(-1)!(values.at(-1));
    if (result === undefined) return [];
    return axes.flatMap((_, axis): Place[] => {
      const height = heights[axis]!(values[axis]);
      return height === undefined ? [] : [{ run, axis, height, result, href }];
    });
  });
};

const tickTexts = (
  axes: readonly ParallelAxis[],
  runs: readonly ParallelRun[],
): readonly (Place & { text: string })[] =>
  axes.flatMap((axis, i) => {
    const own = runs.map(({ values }) => values[i]);
    const numbers = numbersOf(own);
    const shown = axis.values ?? (numbers.length === 0 ? [] : [Math.min(...numbers), Math.max(...numbers)]);
    const height = heightOn(axis, own);
    return shown.map((value) => ({
      run: -1,
      axis: i,
      height: height(value) ?? 0,
      result: 0,
      href: undefined,
      text: typeof value === "number" ? numberText(value) : valueText(value),
    }));
  });

const draw = (axes: readonly ParallelAxis[], runs: readonly ParallelRun[], width: number): Markup =>
  drawn({
    width,
    height: 320,
    marginLeft: 60,
    marginRight: 60,
    marginBottom: 36,
    x: { type: "point", domain: axes.map((_, i) => i), tickFormat: (i: number) => axes[i]!.name, label: null },
    y: { axis: null, domain: [-0.05, 1.05] },
    color: { type: "identity" },
    marks: [
      Plot.ruleX(axes.map((_, i) => i)),
      Plot.line(placesOf(axes, runs), {
        x: "axis",
        y: "height",
        z: "run",
        href: "href",
        title: ({ run }: Place) => runs[run]!.values.map(valueText).join(", "),
        strokeWidth: 2,
        stroke: ({ result }: Place) =>
          `color-mix(in srgb, var(--series-2) ${Math.round(100 * result)}%, var(--series-1))`,
        strokeOpacity: 0.7,
      }),
      Plot.text(tickTexts(axes, runs), {
        x: "axis",
        y: "height",
        text: "text",
        dx: 6,
        textAnchor: "start",
        stroke: "var(--plot-background)",
        fill: "currentColor",
      }),
    ],
  });

/** The plot; the last axis is the metric that lines are coloured by, and runs without it are left out. */
export const parallelPlot = (axes: readonly ParallelAxis[], runs: readonly ParallelRun[]): ReportPlot => {
  const metric = axes.at(-1)!.name;
  const varied = axes.slice(0, -1).map(({ name }) => name);
  return {
    name: `parallel-${fileName(metric)}`,
    text: `Parallel coordinates of ${runs.length} runs through ${varied.join(", ")} to ${metric}.`,
    caption: `A line for each run, through ${varied.join(", ")} to ${metric}; the warmer its colour, the higher.`,
    lines: "",
    legend: [],
    linked: runs.some(({ href }) => href !== undefined),
    svg: (width) => draw(axes, runs, width),
    table: [axes.map(({ name }) => name), ...runs.map(({ values }) => values.map(cell))],
  };
};

const cell = (value: unknown): string | number | undefined =>
  typeof value === "number" || value === undefined ? value : valueText(value);
