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

/** From the paper's numbers to the plot's scale, on which its lowest and highest mean stand where ours do. */
const onOurScale = ({ points, levels }: PlotShape): ((value: number) => number) | undefined => {
  const both = [...points, ...levels].filter(({ paper }) => paper !== undefined);
  const [ours, theirs] = [both.map(({ mean }) => mean), both.map(({ paper }) => paper!)];
  const [low, high] = [Math.min(...ours), Math.max(...ours)];
  const [least, most] = [Math.min(...theirs), Math.max(...theirs)];
  if (!(most > least && high > low)) return undefined;
  return (value) => low + ((value - least) * (high - low)) / (most - least);
};

/** Ticks of the axis of the paper's numbers. */
const paperTicks = 5;

/** Hollow points of the paper's numbers, with thin lines, and an axis for them on the right. */
const paperMarks = (shape: PlotShape, shifts: readonly number[]): Plot.Markish[] => {
  const scale = onOurScale(shape);
  if (scale === undefined) return [];
  const names = seriesOf(shape);
  const all = [...shape.points, ...shape.levels].flatMap(({ paper }) => paper ?? []);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const ticks = Array.from({ length: paperTicks }, (_, i) => least + (i * (most - least)) / (paperTicks - 1));
  const y = ({ paper }: Pick<PlotPoint, "paper">): number => scale(paper!);
  return [
    // An axis of one's own takes the place of the usual one.
    Plot.axisY({ anchor: "left", label: shape.metric, tickFormat, ticks: 6 }),
    Plot.axisY(ticks.map(scale), {
      anchor: "right",
      tickSize: 0,
      label: `${shape.metric}, paper`,
      tickFormat: (_: number, i: number) => numberText(ticks[i]!),
    }),
    ...names.flatMap((name, i) => {
      const { color, symbol } = lookOf(i);
      const own = shape.points.filter(({ row, paper }) => row === name && paper !== undefined);
      const flat = shape.levels.filter(({ row, paper }) => row === name && paper !== undefined);
      const thin = { stroke: color, strokeWidth: 1, strokeOpacity: 0.7, strokeDasharray: "1,3" } as const;
      return [
        ...(shape.kind === "lines" ? [Plot.lineY(own, { ...thin, x: "x", y, dx: shifts[i]!, sort: "x" })] : []),
        Plot.ruleY(flat.map(y), thin),
        Plot.dot(own, { x: "x", y, stroke: color, fill: "var(--plot-background)", symbol, r: 4, dx: shifts[i]! }),
      ];
    }),
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
  const shifts = names.map((_, i) => 4 * (i - (names.length - 1) / 2));
  const beside = paperMarks(shape, shifts);
  return drawn({
    ...frame(width),
    ...(beside.length === 0 ? {} : { marginRight: 64 }),
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
          shifts[i]!,
          lines,
        ),
      ),
      ...beside,
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
  const theirs = points.some(({ paper }) => paper !== undefined);
  const label = {
    ...at,
    text: ({ mean }: PlotPoint) => numberText(mean),
    fontWeight: 600,
    dy: theirs ? -7 : 0,
  } as const;
  const below = {
    ...at,
    text: ({ paper }: PlotPoint) => (paper === undefined ? "" : numberText(paper)),
    fontStyle: "italic",
    fontSize: 10,
    dy: 8,
  } as const;
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
      ...[label, ...(theirs ? [below] : [])].flatMap((text) => [
        Plot.text(points.filter(isDark), { ...text, fill: "white" }),
        Plot.text(
          points.filter((point) => !isDark(point)),
          { ...text, fill: "black" },
        ),
      ]),
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
