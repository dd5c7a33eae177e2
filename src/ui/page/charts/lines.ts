/** From answers to lines that can be drawn: axes, smoothing, and what a line does in words. */
import type { Band, Curve } from "../../answers.ts";
import { numberText, timeText } from "../../../reports/html/number-text.ts";
import { metricWords } from "../parts/words.ts";

/** Milliseconds between two updates of charts while a run is at work. */
export const chartPause = 3000;

/** What the horizontal axis has. */
export type Axis = "step" | "time" | "tokens";

/** Values at places; null where there is none to draw. */
export interface Series {
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
}

/** How a line is drawn. */
export interface Look {
  /** A variable of the page, such as `--series-1`. */
  readonly color: string;
  readonly dash: readonly number[];
  /** Beneath another line of the same. */
  readonly pale: boolean;
  /** Each value has a dot. */
  readonly dots: boolean;
}

/** Lines over the same places. */
export interface Drawing {
  readonly x: readonly number[];
  readonly lines: readonly {
    readonly name: string;
    readonly look: Look;
    readonly y: readonly (number | null | undefined)[];
  }[];
  /** Areas between two lines, by their indices. */
  readonly areas: readonly { readonly low: number; readonly high: number; readonly color: string }[];
}

const colors = 6;

const dashes: readonly (readonly number[])[] = [[], [7, 3], [2, 3], [9, 3, 2, 3], [12, 4], [1, 2]];

/** Of line number `i`: colours first, then dashes. */
export const lookOf = (i: number, { pale = false, dots = false }: Partial<Look> = {}): Look => ({
  color: `--series-${(i % colors) + 1}`,
  dash: dashes[Math.floor(i / colors) % dashes.length]!,
  pale,
  dots,
});

/** Values in the order of their places, one for each: a clock that was set back must not fold a line. */
const inOrder = ({ x, y }: Series): Series => {
  if (x.every((at, i) => i === 0 || at > x[i - 1]!)) return { x, y };
  const points = new Map(x.map((at, i) => [at, y[i] ?? null] as const).toSorted(([a], [b]) => a - b));
  return { x: [...points.keys()], y: [...points.values()] };
};

/** A metric of a run, or one bound of a band, over an axis. */
export const seriesOf = (
  source: Pick<Curve, Axis> | Pick<Band, Axis>,
  y: readonly (number | null)[],
  axis: Axis,
): Series => inOrder({ x: source[axis], y });

/**
 * The exponential moving average that keeps `factor` of what came before, corrected for its start; gaps stay gaps and
 * change nothing.
 */
export const smoothed = (values: readonly (number | null)[], factor: number): readonly (number | null)[] => {
  let [sum, weight] = [0, 0];
  return values.map((value) => {
    if (value === null) return null;
    sum = factor * sum + (1 - factor) * value;
    weight = factor * weight + (1 - factor);
    return sum / weight;
  });
};

/** What a logarithmic scale can show. */
export const positive = (values: readonly (number | null)[]): readonly (number | null)[] =>
  values.map((value) => (value !== null && value > 0 ? value : null));

/** One of the lines that are drawn together. */
export interface NamedSeries {
  readonly name: string;
  readonly look: Look;
  readonly series: Series;
}

/** Lines over all places that one of them has; between its own places a line has no value, which is no gap. */
export const drawingOf = (named: readonly NamedSeries[], areas: Drawing["areas"] = []): Drawing => {
  const [first] = named;
  const together = first !== undefined && named.every(({ series }) => series.x === first.series.x);
  const x = together ? first.series.x : [...new Set(named.flatMap(({ series }) => series.x))].toSorted((a, b) => a - b);
  const lines = named.map(({ name, look, series }) => {
    if (together) return { name, look, y: series.y };
    const known = new Map(series.x.map((at, i) => [at, series.y[i]] as const));
    return { name, look, y: x.map((at) => known.get(at)) };
  });
  return { x, lines, areas };
};

/** A number on an axis: `12500`, `1.25M`. */
export const compactText = (value: number): string => {
  const size = Math.abs(value);
  if (size >= 1e9) return `${numberText(value / 1e9)}G`;
  if (size >= 1e6) return `${numberText(value / 1e6)}M`;
  if (size >= 1e5) return `${numberText(value / 1e3)}k`;
  return size >= 1000 ? String(Math.round(value)) : numberText(value);
};

/** A place on an axis. */
export const placeText = (value: number, axis: Axis): string =>
  axis === "time" ? timeText(value) : compactText(value);

/** What an axis is called. */
export const axisWords: Readonly<Record<Axis, string>> = {
  step: "step",
  time: "time of training",
  tokens: "completion tokens",
};

const rangeOf = (values: readonly number[]): string => {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return `lowest ${numberText(low)}, highest ${numberText(high)}`;
};

const finite = ({ y }: Series): readonly number[] => y.filter((value) => value !== null);

/** What a curve does, in the words of the reports. */
export const curveWords = (metric: string, series: Series, axis: Axis): string => {
  const values = finite(series);
  const name = metricWords(metric);
  if (values.length === 0) return `${name}: no finite value.`;
  const [from, to] = [series.x[0] ?? 0, series.x.at(-1) ?? 0];
  return (
    `Line plot of ${name} over ${axisWords[axis]} ${placeText(from, axis)} to ${placeText(to, axis)}: from ` +
    `${numberText(values[0]!)} to ${numberText(values.at(-1)!)}; ${rangeOf(values)}.`
  );
};

/** What several lines do, those of a legend. */
export const linesWords = (metric: string, named: readonly NamedSeries[], axis: Axis): string => {
  const ends = named.map(({ name, series }) => {
    const values = finite(series);
    return values.length === 0 ? `${name} has no finite value` : `${name} ends at ${numberText(values.at(-1)!)}`;
  });
  return `Line plot of ${metricWords(metric)} over ${axisWords[axis]}: ${ends.slice(0, 20).join("; ")}.`;
};

const wellKnown: readonly RegExp[] = [
  /^(accuracy|evaluation\/)/u,
  /^reward(\/|$)/u,
  /^divergence(\/|$)|divergence$/u,
  /^loss$|loss$|^objective/u,
  /^(?!inspection\/).*entropy/u,
  /^rollouts\//u,
  /^gradient\//u,
  /learning-?rate/iu,
  /^inspection\//u,
];

/** How early a metric is shown; less is earlier. */
export const rankOf = ({ name, kind }: { readonly name: string; readonly kind: "step" | "evaluation" }): number => {
  const at = wellKnown.findIndex((pattern) => pattern.test(name));
  return (kind === "evaluation" ? 0 : 100) + (at < 0 ? wellKnown.length : at);
};
