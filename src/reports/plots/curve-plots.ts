/** Plots of how a metric came about: over the tokens that were learned from, and over the minutes of the steps. */
import type { CurveLine, CurveMean, CurveMeans } from "../means/curve-means.ts";
import { plotSvg, plotText } from "./means-plot.ts";
import { fileName, type ReportPlot } from "./plot-figure.ts";
import type { PlotShape } from "./plot-shape.ts";

/** What a metric is drawn over. */
interface Over {
  /** In names of files. */
  readonly name: string;
  /** At the axis, with its unit. */
  readonly label: string;
  /** In the table. */
  readonly column: string;
  readonly at: (point: CurveMean) => number | undefined;
  readonly caption: string;
}

/** From so many tokens on they are counted in thousands. */
const manyTokens = 10_000;

const tokens = (lines: readonly CurveLine[]): Over => {
  const many = lines.some(({ points }) => points.some((point) => point.tokens >= manyTokens));
  return {
    name: "tokens",
    label: many ? "thousand tokens learned from" : "tokens learned from",
    column: "tokens",
    at: (point) => (many ? point.tokens / 1000 : point.tokens),
    caption: "over the tokens of the sequences that the steps had learned from",
  };
};

const minutes: Over = {
  name: "minutes",
  label: "minutes",
  column: "minutes",
  at: (point) => point.minutes,
  caption:
    "over minutes: the steps done, each of the median time of a trial's steps without the first, which compiles, the " +
    "mean of those seeds that were timed; evaluations are not counted",
};

const shapeOf = ({ metric, axes, lines }: CurveMeans, { label, at }: Over): PlotShape => ({
  kind: "lines",
  metric,
  x: label,
  row: axes,
  facet: "",
  points: lines.flatMap(({ name, points }) =>
    points.flatMap((point) => {
      const exact = at(point);
      // Where it is drawn and said; the table has all digits.
      const x = exact === undefined ? undefined : Number(exact.toPrecision(4));
      return x === undefined
        ? []
        : [{ x, row: name, facet: "", mean: point.value.mean, interval: point.value.interval }];
    }),
  ),
  levels: [],
  ticks: [],
});

const tableOf = ({ metric, axes, lines }: CurveMeans, { name, column }: Over): ReportPlot["table"] => [
  [axes || "setting", "step", column, metric, `${metric}/low`, `${metric}/high`],
  ...lines.flatMap((line) =>
    line.points.flatMap(({ step, value, ...at }) => {
      const x = name === "tokens" ? at.tokens : at.minutes;
      return x === undefined
        ? []
        : [[line.name, step, x, value.mean, value.interval?.[0], value.interval?.[1]] as const];
    }),
  ),
];

/** `alpha 0.5` where a number alone would say little. */
const legendName = (axes: string, name: string): string =>
  Number.isFinite(Number(name)) && name !== "" ? `${axes} ${name}` : name;

const plotOver = (prefix: string, curve: CurveMeans, over: Over): ReportPlot[] => {
  const { metric, axes } = curve;
  const shape = shapeOf(curve, over);
  const names = [...new Set(shape.points.map(({ row }) => row))];
  if (names.length === 0) return [];
  const several = names.length > 1 ? ` A line for each ${axes}.` : "";
  const bars = shape.points.some(({ interval }) => interval !== undefined)
    ? " Bars reach over the 95 % interval of the seeds."
    : "";
  return [
    {
      name: `${prefix}-${fileName(metric)}-over-${over.name}`,
      text: plotText(shape),
      caption: `Mean ${metric} over seeds, ${over.caption}.${several}${bars}`,
      lines: axes,
      legend: names.length < 2 ? [] : names.map((name, look) => ({ name: legendName(axes, name), look })),
      svg: (width) => plotSvg(shape, width),
      table: tableOf(curve, over),
    },
  ];
};

/** The two plots of a metric; that over minutes of those settings alone whose steps were timed. */
export const curvePlots = (prefix: string, curve: CurveMeans): readonly ReportPlot[] => [
  ...plotOver(prefix, curve, tokens(curve.lines)),
  ...plotOver(prefix, curve, minutes),
];
