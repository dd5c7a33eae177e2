/** Plots of a figure's means, as SVG. */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { numberText } from "./figure-text.ts";
import { Markup } from "./markup.ts";
import type { PlotPoint, PlotShape } from "./plot-shape.ts";

const symbols = ["circle", "square", "triangle", "diamond", "star", "wye"] as const;
const dashes = ["none", "7,3", "2,3", "9,3,2,3", "5,5", "1,2"] as const;

const drawn = (options: Plot.PlotOptions): Markup => {
  const parsed: unknown = parseHTML("<!doctype html><html><body></body></html>");
  const { document } = parsed as { readonly document: object };
  const figure: unknown = Plot.plot({ ...options, className: "plot", document });
  return new Markup((figure as { readonly outerHTML: string }).outerHTML);
};

/** Where a scale has no numbers to span, Plot finds none to draw. */
const spanOf = ({ points }: PlotShape, before: number | undefined): [number, number] => {
  const all = [...points.flatMap(({ mean, interval = [mean, mean] }) => interval), ...(before === undefined ? [] : [before])];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const room = high > low ? 0.05 * (high - low) : 0.05 * (Math.abs(high) || 1);
  return [low - room, high + room];
};

/** The lines of a plot by name, in the order in which the points have them. */
export const seriesOf = ({ points }: PlotShape): readonly string[] => [...new Set(points.map(({ row }) => row))];

/** How a line is drawn: colour, dashes and symbol tell it from others, each alone. */
const look = (i: number) => ({
  color: `var(--series-${(i % symbols.length) + 1})`,
  symbol: symbols[i % symbols.length]!,
  dash: dashes[i % dashes.length]!,
});

const series = (points: readonly PlotPoint[], i: number, shift: number, lines: boolean): Plot.Markish[] => {
  const { color, symbol, dash } = look(i);
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
      ? [Plot.lineY(points, { x: "x", y: "mean", stroke: color, strokeWidth: 2, strokeDasharray: dash, dx: shift, sort: "x" })]
      : []),
    Plot.dot(points, { x: "x", y: "mean", fill: color, symbol, r: 4.5, dx: shift }),
  ];
};

const linePlot = (shape: PlotShape, width: number, before: number | undefined): Markup => {
  const names = seriesOf(shape);
  const lines = shape.kind === "lines";
  const ticks = [...new Set(shape.points.map(({ x }) => x))];
  return drawn({
    width,
    height: Math.round(Math.min(380, 0.4 * width + 130)),
    marginLeft: 56,
    marginBottom: 44,
    inset: 8,
    x: lines
      ? { label: shape.x, ticks: ticks as number[], tickFormat: (value: number) => numberText(value) }
      : { type: "point", label: shape.x },
    y: { label: shape.metric, grid: true, domain: spanOf(shape, before), tickFormat: (value: number) => numberText(value), ticks: 6 },
    marks: [
      ...(before === undefined ? [] : [Plot.ruleY([before], { stroke: "currentColor", strokeOpacity: 0.6, strokeDasharray: "3,3" })]),
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

const heatmap = (shape: PlotShape, width: number): Markup => {
  const { points } = shape;
  const [low, high] = spanOf(shape, undefined);
  const isDark = ({ mean }: PlotPoint): boolean => (mean - low) / (high - low) > 0.7;
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
    x: { type: "band", label: shape.x },
    y: { type: "band", label: null, domain: rowNames },
    ...(shape.facet === "" ? {} : { fy: { type: "band", label: null, padding: 0.08, domain: facets } }),
    color: { scheme: "blues", domain: [low, high] },
    marks: [
      Plot.cell(points, { ...at, fill: "mean", inset: 0.5 }),
      Plot.text(points.filter(isDark), { ...label, fill: "white" }),
      Plot.text(
        points.filter((point) => !isDark(point)),
        { ...label, fill: "black" },
      ),
    ],
  });
};

/** The plot at a width in pixels; `before` is the metric's mean before training, a dashed line. Colours are the page's `--series-1` to `--series-6`. `RangeError` without points. */
export const plotSvg = (shape: PlotShape, width: number, before?: number): Markup => {
  if (shape.points.length === 0) throw new RangeError(`plot: expected at least one mean of ${shape.metric}, got none`);
  return shape.kind === "heatmap" ? heatmap(shape, width) : linePlot(shape, width, before);
};

/** A piece of the line number `i`, for legends. */
export const lineSample = (i: number): Markup => {
  const points: PlotPoint[] = [0, 1, 2].map((x) => ({ x, row: "", facet: "", mean: 0, interval: undefined }));
  const [, middle] = points;
  const { color, symbol, dash } = look(i);
  return drawn({
    width: 40,
    height: 16,
    margin: 3,
    axis: null,
    marks: [
      Plot.lineY(points, { x: "x", y: "mean", stroke: color, strokeWidth: 2, strokeDasharray: dash }),
      Plot.dot([middle!], { x: "x", y: "mean", fill: color, symbol, r: 4.5 }),
    ],
  });
};

/** What a plot shows, for those who do not see it. */
export const plotText = ({ kind, metric, x, row, facet, points }: PlotShape): string => {
  const [least, most] = [points.reduce((a, b) => (b.mean < a.mean ? b : a)), points.reduce((a, b) => (b.mean > a.mean ? b : a))];
  const place = (point: PlotPoint): string =>
    [x === "" ? "" : `${x} ${point.x}`, point.row === "" ? "" : `${row} ${point.row}`, point.facet === "" ? "" : `${facet} ${point.facet}`]
      .filter((part) => part !== "")
      .join(", ");
  const over = [x, row, facet].filter((name) => name !== "").join(", ");
  const form = { lines: "Line plot", points: "Plot", heatmap: "Heatmap" }[kind];
  const ends =
    points.length < 2
      ? numberText(most.mean)
      : `lowest ${numberText(least.mean)} at ${place(least)}, highest ${numberText(most.mean)} at ${place(most)}`;
  return `${form} of ${metric}${over === "" ? "" : ` over ${over}`}: ${ends}. The table has every number.`;
};
