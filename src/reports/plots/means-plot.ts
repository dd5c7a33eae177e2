/** Plots of a figure's means, as SVG. */
import * as Plot from "@observablehq/plot";
import { numberText } from "../html/number-text.ts";
import type { Markup } from "../html/markup.ts";
import { drawn, frame, lookOf, spanOf, tickFormat } from "./plot-drawing.ts";
import type { PlotLevel, PlotPoint, PlotShape } from "./plot-shape.ts";

/** All numbers that a plot is to hold. */
const numbersOf = ({ points, levels }: PlotShape, before: number | undefined): number[] => [
  ...[...points, ...levels].flatMap(({ mean, interval = [mean, mean] }) => interval),
  ...(before === undefined ? [] : [before]),
];

/** The lines of a plot by name, in the order in which the points have them. */
export const seriesOf = ({ points, levels }: Pick<PlotShape, "points" | "levels">): readonly string[] => [
  ...new Set([...points, ...levels].map(({ row }) => row)),
];

const series = (points: readonly PlotPoint[], i: number, shift: number, lines: boolean): Plot.Markish[] => {
  const { color, symbol, dash } = lookOf(i);
  const sure = points.filter(({ interval }) => interval !== undefined);
  return [
    Plot.ruleX(sure, {
      x: "x",
      y1: ({ interval }: PlotPoint) => interval![0],
      y2: ({ interval }: PlotPoint) => interval![1],
      stroke: color,
      strokeWidth: 1.5,
      dx: shift,
    }),
    ...(lines
      ? [
          Plot.lineY(points, {
            x: "x",
            y: "mean",
            stroke: color,
            strokeWidth: 2,
            strokeDasharray: dash,
            dx: shift,
            sort: "x",
          }),
        ]
      : []),
    Plot.dot(points, { x: "x", y: "mean", fill: color, symbol, r: 4.5, dx: shift }),
  ];
};

/** Lines across the whole plot. */
const level = ({ mean, interval }: PlotLevel, i: number): Plot.Markish[] => {
  const { color, dash } = lookOf(i);
  return [
    ...(interval === undefined
      ? []
      : [Plot.rect([interval], { y1: interval[0], y2: interval[1], fill: color, fillOpacity: 0.12 })]),
    Plot.ruleY([mean], { stroke: color, strokeWidth: 2, strokeDasharray: dash }),
  ];
};

const linePlot = (shape: PlotShape, width: number, before: number | undefined): Markup => {
  const names = seriesOf(shape);
  const lines = shape.kind === "lines";
  return drawn({
    ...frame(width),
    x: lines
      ? { label: shape.x, ticks: shape.ticks.length === 0 ? width / 90 : (shape.ticks as number[]), tickFormat }
      : { type: "point", label: shape.x, domain: shape.ticks },
    y: {
      label: shape.metric,
      grid: true,
      domain: spanOf(numbersOf(shape, before)),
      tickFormat,
      ticks: 6,
    },
    marks: [
      ...(before === undefined
        ? []
        : [Plot.ruleY([before], { stroke: "currentColor", strokeOpacity: 0.6, strokeDasharray: "3,3" })]),
      ...shape.levels.flatMap((one) => level(one, names.indexOf(one.row))),
      ...names.flatMap((name, i) =>
        series(
          shape.points.filter(({ row }) => row === name),
          i,
          4 * (i - (names.length - 1) / 2),
          lines,
        ),
      ),
    ],
  });
};

/**
 * How dark a cell is, in [0, 1], between the least and the greatest of its facet: students of several sizes differ more
 * than their settings do.
 */
const shades = (points: readonly PlotPoint[]): ((point: PlotPoint) => number) => {
  const spans = new Map<string, readonly [number, number]>();
  for (const { facet } of points) {
    if (!spans.has(facet))
      spans.set(facet, spanOf(points.filter((other) => other.facet === facet).map(({ mean }) => mean)));
  }
  return ({ facet, mean }) => {
    const [low, high] = spans.get(facet)!;
    return (mean - low) / (high - low);
  };
};

const heatmap = (shape: PlotShape, width: number): Markup => {
  const { points } = shape;
  const shade = shades(points);
  const isDark = (point: PlotPoint): boolean => shade(point) > 0.7;
  const at = { x: "x", y: "row", ...(shape.facet === "" ? {} : { fy: "facet" }) } as const;
  const label = { ...at, text: ({ mean }: PlotPoint) => numberText(mean), fontWeight: 600 } as const;
  const [rowNames, facets] = [seriesOf(shape), [...new Set(points.map(({ facet }) => facet))]];
  const longest = Math.max(...points.map(({ row }) => row.length));
  const longestFacet = Math.max(...points.map(({ facet }) => facet.length));
  return drawn({
    width,
    height: 34 * rowNames.length * facets.length + 80,
    marginLeft: Math.min(0.4 * width, 7.2 * longest + 18),
    marginRight: shape.facet === "" ? 12 : Math.min(0.25 * width, 7.2 * longestFacet + 12),
    marginBottom: 44,
    x: { type: "band", label: shape.x, domain: shape.ticks, padding: 0.03 },
    y: { type: "band", label: null, domain: rowNames, tickSize: 0 },
    ...(shape.facet === "" ? {} : { fy: { type: "band", label: null, padding: 0.08, domain: facets } }),
    color: { scheme: "blues", domain: [0, 1] },
    marks: [
      Plot.cell(points, { ...at, fill: shade, inset: 0.5 }),
      Plot.text(points.filter(isDark), { ...label, fill: "white" }),
      Plot.text(
        points.filter((point) => !isDark(point)),
        { ...label, fill: "black" },
      ),
    ],
  });
};

/**
 * The plot at a width in pixels; `before` is the metric's mean before training, a dashed line. Colours are the page's
 * `--series-1` to `--series-6`. `RangeError` without points.
 */
export const plotSvg = (shape: PlotShape, width: number, before?: number): Markup => {
  if (shape.points.length === 0) throw new RangeError(`plot: expected at least one mean of ${shape.metric}, got none`);
  return shape.kind === "heatmap" ? heatmap(shape, width) : linePlot(shape, width, before);
};

/** What a plot shows, for those who do not see it. */
export const plotText = ({ kind, metric, x, row, facet, points, levels }: PlotShape): string => {
  const [least, most] = [
    points.reduce((a, b) => (b.mean < a.mean ? b : a)),
    points.reduce((a, b) => (b.mean > a.mean ? b : a)),
  ];
  const labelOf = (point: PlotPoint): string =>
    [
      x === "" ? "" : `${x} ${point.x}`,
      point.row === "" ? "" : `${row} ${point.row}`,
      point.facet === "" ? "" : `${facet} ${point.facet}`,
    ]
      .filter((part) => part !== "")
      .join(", ");
  const over = [x, row, facet].filter((name) => name !== "").join(", ");
  const form = { lines: "Line plot", points: "Plot", heatmap: "Heatmap" }[kind];
  const ends =
    points.length < 2
      ? numberText(most.mean)
      : `lowest ${numberText(least.mean)} at ${labelOf(least)}, highest ${numberText(most.mean)} at ${labelOf(most)}`;
  const flat = levels.map((one) => `; ${row} ${one.row} at ${numberText(one.mean)}`).join("");
  return `${form} of ${metric}${over === "" ? "" : ` over ${over}`}: ${ends}${flat}. The table has every number.`;
};
