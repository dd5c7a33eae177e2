/** The plot of a trade-off: a line for what differs in nothing else, and the Pareto front. */
import * as Plot from "@observablehq/plot";
import { intervalText, numberText } from "../html/number-text.ts";
import type { Markup } from "../html/markup.ts";
import { drawn, frame, lookOf, spanOf, tickFormat } from "./plot-drawing.ts";
import type { TradeOff, TradePoint } from "../means/trade-off.ts";

/** The student before training, by both metrics. */
export interface Start {
  readonly x: number;
  readonly y: number;
}

const x = (point: TradePoint): number => point.x.mean;
const y = (point: TradePoint): number => point.y.mean;

/** Labels of neighbours are on different sides, so that they cover each other less. */
const labels = (points: readonly TradePoint[]): Plot.Markish[] =>
  [0, 1].map((side) =>
    Plot.text(
      points.filter(({ label }, i) => label !== "" && i % 2 === side),
      {
        x,
        y,
        text: "label",
        dx: side === 0 ? 9 : -9,
        textAnchor: side === 0 ? "start" : "end",
        stroke: "var(--plot-background)",
        fill: "currentColor",
      },
    ),
  );

/** The lines that have labels: all of a few, else the first, since those of many would cover each other. */
const labelled = ({ lines }: TradeOff): TradeOff["lines"] => {
  const long = lines.filter(({ points }) => points.length > 1);
  return long.length > 3 ? long.slice(0, 1) : long;
};

/** True when the points of some lines have no labels. */
export const sparselyLabelled = (trade: TradeOff): boolean =>
  trade.lines.some((one) => one.points.length > 1 && !labelled(trade).includes(one));

/** The edge of what the front's settings reach, from one side of the plot to the other. */
const edge = (
  { front }: TradeOff,
  domains: Readonly<Record<"x" | "y", readonly [number, number]>>,
): readonly (readonly [number, number])[] => {
  const [first, last] = [front[0], front.at(-1)];
  if (first === undefined || last === undefined) return [];
  return [[domains.x[0], y(first)], ...front.map((point) => [x(point), y(point)] as const), [x(last), domains.y[0]]];
};

const line = (points: readonly TradePoint[], i: number): Plot.Markish[] => {
  const { color, symbol, dash } = lookOf(i);
  const bars = { stroke: color, strokeOpacity: 0.5 } as const;
  return [
    Plot.ruleY(
      points.filter((point) => point.x.interval !== undefined),
      { ...bars, y, x1: (point: TradePoint) => point.x.interval![0], x2: (point: TradePoint) => point.x.interval![1] },
    ),
    Plot.ruleX(
      points.filter((point) => point.y.interval !== undefined),
      { ...bars, x, y1: (point: TradePoint) => point.y.interval![0], y2: (point: TradePoint) => point.y.interval![1] },
    ),
    Plot.line(points, { x, y, stroke: color, strokeWidth: 1.5, strokeDasharray: dash }),
    Plot.dot(points, { x, y, fill: color, symbol, r: 4.5 }),
  ];
};

const spans = ({ lines }: TradeOff, start: Start | undefined): Readonly<Record<"x" | "y", [number, number]>> => {
  const along = (metric: "x" | "y") =>
    spanOf([
      ...lines.flatMap(({ points }) => points.flatMap((point) => point[metric].interval ?? [point[metric].mean])),
      ...(start === undefined ? [] : [start[metric]]),
    ]);
  return { x: along("x"), y: along("y") };
};

/** The plot at a width in pixels, with a cross for the student before training. */
export const tradeOffSvg = (trade: TradeOff, width: number, start?: Start): Markup => {
  const domains = spans(trade, start);
  return drawn({
    ...frame(width, 0.5, 460),
    marginRight: 24,
    x: { label: trade.x, grid: true, domain: domains.x, tickFormat, ticks: width / 90 },
    y: { label: trade.y, grid: true, domain: domains.y, tickFormat, ticks: 6 },
    marks: [
      Plot.line(edge(trade, domains), {
        curve: "step-before",
        stroke: "currentColor",
        strokeOpacity: 0.4,
        strokeWidth: 2,
      }),
      Plot.dot(trade.front, { x, y, r: 9, stroke: "currentColor", strokeOpacity: 0.6, strokeWidth: 1.5 }),
      ...(start === undefined
        ? []
        : [Plot.dot([start], { x: "x", y: "y", symbol: "times", stroke: "currentColor", strokeWidth: 2, r: 5 })]),
      ...trade.lines.flatMap(({ points }, i) => line(points, i)),
      ...labelled(trade).flatMap(({ points }) => labels(points)),
    ],
  });
};

/** The front in words: `rl-gkd at alpha 0.05, rl-gkd at alpha 0.5`. */
const frontText = ({ along, lines, front }: TradeOff): string =>
  front
    .map((point) => {
      const name = lines.find(({ points }) => points.includes(point))?.name ?? "";
      return `${name}${point.label === "" ? "" : ` at ${along} ${point.label}`}`;
    })
    .join(", ");

/** What the plot shows, for those who do not see it. */
export const tradeOffText = (trade: TradeOff): string => {
  const ends = trade.lines.map(({ name, points }) => {
    const [first, last] = [points[0], points.at(-1)];
    if (first === undefined || last === undefined) return "";
    const said = (point: TradePoint): string => `${intervalText(x(point), undefined)} and ${numberText(y(point))}`;
    return first === last
      ? `${name} ${said(first)}`
      : `${name} from ${said(first)} at ${first.label} to ${said(last)} at ${last.label}`;
  });
  const front = trade.front.length === 0 ? "" : ` Pareto front: ${frontText(trade)}.`;
  return (
    `Plot of ${trade.y} over ${trade.x} along ${trade.along}: ` +
    `${ends.filter((end) => end !== "").join("; ")}.${front}`
  );
};
