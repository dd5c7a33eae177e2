/** The plots of a figure: its trade-off, if it is about one, and each metric over what was varied. */
import { curvePlots } from "../plots/curve-plots.ts";
import { paperOf, type FigureReport } from "./figure-report.ts";
import type { PaperNumbers } from "../means/paper-means.ts";
import { numberText } from "../html/number-text.ts";
import { fileName, type LegendLine, type ReportPlot } from "../plots/plot-figure.ts";
import { plotShape, type PlotShape } from "../plots/plot-shape.ts";
import { plotSvg, plotText, seriesOf } from "../plots/means-plot.ts";
import type { SettingMeans } from "../means/setting-means.ts";
import { sparselyLabelled, tradeOffSvg, tradeOffText } from "../plots/trade-off-plot.ts";
import type { TradeOff } from "../means/trade-off.ts";

/** Names the figure in links and files. */
export const anchorOf = ({ name }: Pick<FigureReport, "name">): string => `figure-${fileName(name).replace(".", "")}`;

const legendOf = (names: readonly string[]): LegendLine[] =>
  names.length < 2 && (names[0] ?? "") === "" ? [] : names.map((name, look) => ({ name, look }));

/** What is said of the paper's numbers in a plot. */
const paperCaption = ({ kind, points, levels }: PlotShape): string => {
  if (![...points, ...levels].some(({ paper }) => paper !== undefined)) return "";
  return kind === "heatmap"
    ? " Under each mean the paper's number, in italics."
    : " Hollow points are the paper's, by the axis on the right, which is stretched so that the paper's lowest and " +
        "highest stand where ours do.";
};

const metricCaption = (shape: PlotShape, start: number | undefined): string => {
  const { kind, metric, x, row, facet } = shape;
  const rows = row === "" ? "" : ` and ${row}`;
  const facets = facet === "" ? "" : ` for each ${facet}`;
  const over = `Mean ${metric} over seeds${x === "" ? "" : `, by ${x}${rows}${facets}`}.`;
  const paper = paperCaption(shape);
  if (kind === "heatmap") return `${facet === "" ? over : `${over} Colours compare within one ${facet} only.`}${paper}`;
  const dashed = start === undefined ? "" : ` The dotted line is the student before training, ${numberText(start)}.`;
  return `${over} Bars reach over the 95 % interval of the seeds.${dashed}${paper}`;
};

const metricTable = ({ metric, x, row, facet, points, levels }: PlotShape): ReportPlot["table"] => {
  const all = [...points, ...levels.map((level) => ({ ...level, x: undefined, facet: "" }))];
  const parts = [
    { name: x, value: (point: (typeof all)[number]) => point.x },
    { name: row, value: (point: (typeof all)[number]) => point.row },
    { name: facet, value: (point: (typeof all)[number]) => point.facet },
  ].filter(({ name }) => name !== "");
  const theirs = all.some(({ paper }) => paper !== undefined);
  return [
    [
      ...parts.map(({ name }) => name),
      metric,
      `${metric}/low`,
      `${metric}/high`,
      ...(theirs ? [`${metric}/paper`] : []),
    ],
    ...all.map((point) => [
      ...parts.map(({ value }) => value(point)),
      point.mean,
      point.interval?.[0],
      point.interval?.[1],
      ...(theirs ? [point.paper] : []),
    ]),
  ];
};

const metricPlot = (prefix: string, shape: PlotShape, start: number | undefined): ReportPlot[] => {
  if (shape.points.length === 0) return [];
  return [
    {
      name: `${prefix}-${fileName(shape.metric)}`,
      text: plotText(shape),
      caption: metricCaption(shape, start),
      lines: shape.row,
      legend: shape.kind === "heatmap" ? [] : legendOf(seriesOf(shape)),
      svg: (width) => plotSvg(shape, width, start),
      table: metricTable(shape),
    },
  ];
};

/**
 * A plot of each metric over what was varied; metrics that no trial has are left out. `prefix` begins their names. With
 * `paper` they have the paper's numbers, too.
 */
export const metricPlots = (
  prefix: string,
  means: SettingMeans,
  metrics: readonly string[],
  before: ReadonlyMap<string, number>,
  paper?: PaperNumbers,
): readonly ReportPlot[] =>
  metrics.flatMap((metric) => {
    const shape = plotShape(means, metric, paper);
    return metricPlot(prefix, shape, shape.kind === "heatmap" ? undefined : before.get(metric));
  });

const tradeTable = ({ x, y, along, lines, front }: TradeOff): ReportPlot["table"] => [
  ["line", along, x, `${x}/low`, `${x}/high`, y, `${y}/low`, `${y}/high`, "pareto"],
  ...lines.flatMap(({ name, points }) =>
    points.map((point) => [
      name,
      point.label,
      point.x.mean,
      point.x.interval?.[0],
      point.x.interval?.[1],
      point.y.mean,
      point.y.interval?.[0],
      point.y.interval?.[1],
      front.length === 0 ? undefined : Number(front.includes(point)),
    ]),
  ),
];

const tradePlot = (report: FigureReport, trade: TradeOff): ReportPlot => {
  const { x, y, along, lines, front } = trade;
  const [startX, startY] = [report.before.get(x), report.before.get(y)];
  const start = startX === undefined || startY === undefined ? undefined : { x: startX, y: startY };
  const pareto =
    front.length === 0 ? "" : " Rings and the grey edge: the Pareto front, the settings that no other beats in both.";
  const labels = sparselyLabelled(trade)
    ? `; points of the first line are labelled with their ${along}, the others follow in the same order`
    : `; points are labelled with their ${along}`;
  const cross = start === undefined ? "" : " The cross is the student before training.";
  return {
    name: `${anchorOf(report)}-trade-off`,
    text: tradeOffText(trade),
    caption: `Mean ${y} over mean ${x}${labels}. Bars reach over the 95 % interval of the seeds.${pareto}${cross}`,
    lines: "settings",
    legend: legendOf(lines.map(({ name }) => name)),
    svg: (width) => tradeOffSvg(trade, width, start),
    table: tradeTable(trade),
  };
};

/** In the order in which the report has them. Metrics that no trial has are left out. */
export const figurePlots = (report: FigureReport): readonly ReportPlot[] => [
  ...(report.trade === undefined ? [] : [tradePlot(report, report.trade)]),
  ...metricPlots(anchorOf(report), report.means, report.metrics, report.before, paperOf(report)),
  ...report.curves.flatMap((curve) => curvePlots(anchorOf(report), curve)),
];
