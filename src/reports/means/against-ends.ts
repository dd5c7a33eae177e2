/**
 * What is between the two ends of a trade-off beside both of them: whether a mixture is better than each part alone,
 * and by how much.
 */
import { matches } from "../../evaluation/claims/selection.ts";
import { axisOf, sameValue, settingOf, type Trial } from "../../evaluation/claims/trial.ts";
import { valueText } from "../../evaluation/claims/value-text.ts";
import type { Finding } from "../../evaluation/claims/verdict.ts";
import type { ClaimValues } from "../../evaluation/claims/index.ts";
import { judge } from "../../results/verdicts.ts";
import { settingMeans, type SettingMean } from "./setting-means.ts";
import { opposed, type Trend } from "./trade-off.ts";

/** A metric of a value of the axis. */
export interface EndsCell {
  readonly metric: string;
  readonly value: SettingMean | undefined;
  /**
   * The difference to either end, seed by seed, as a claim that it is above 0 finds it; nothing at the end itself, and
   * where no seed has both.
   */
  readonly over: readonly [low: Finding | undefined, high: Finding | undefined];
}

/** A value of the axis. */
export interface EndsRow {
  readonly label: string;
  readonly between: boolean;
  /** One of each metric that is traded. */
  readonly cells: readonly EndsCell[];
}

/** The settings of a line from one end to the other. */
export interface EndsComparison {
  /** What its settings have in common that others have not; empty where there is one line. */
  readonly line: string;
  /** The axis, for people. */
  readonly along: string;
  /** The ends, for people. */
  readonly ends: readonly [low: string, high: string];
  readonly rows: readonly EndsRow[];
}

/** Weights and shares go from none to all. */
const ends = [0, 1] as const;

/** A claim that the metric of `trend` is higher at one value of its axis than at another. */
const above = (trend: Trend, value: number, end: number): ClaimValues => ({
  id: "against-ends",
  statement: `${trend.metric} at ${value} and at ${end}`,
  type: "order",
  metric: trend.metric,
  gain: trend.gain,
  where: trend.where,
  by: 0,
  descending: [{ [trend.along]: [value] }, { [trend.along]: [end] }],
});

const findingOf = (trials: readonly Trial[], trend: Trend, value: number, end: number): Finding | undefined =>
  value === end ? undefined : judge([above(trend, value, end)], trials)[0]?.findings[0];

const cellOf = (trials: readonly Trial[], trend: Trend, value: number): EndsCell => {
  const { metric, along } = trend;
  const own = trials.filter((trial) => sameValue(axisOf(trial, along), value));
  return {
    metric,
    value: settingMeans(own, [metric]).settings[0]?.means.get(metric),
    over: [findingOf(trials, trend, value, ends[0]), findingOf(trials, trend, value, ends[1])],
  };
};

/** The trials of each line: alike in all but their seeds and the axis. */
const linesOf = (trials: readonly Trial[], along: string): readonly (readonly Trial[])[] => {
  const lines = new Map<string, Trial[]>();
  for (const trial of trials) {
    const line = settingOf(trial, new Set([along]));
    lines.set(line, [...(lines.get(line) ?? []), trial]);
  }
  return [...lines.values()];
};

/**
 * Of the trade-off that the claims speak of along an axis, each line whose settings reach from 0 to 1 with something
 * between. None where the claims speak of no such trade-off.
 */
export const againstEnds = (claims: readonly ClaimValues[], trials: readonly Trial[]): readonly EndsComparison[] => {
  const trends = opposed(claims);
  if (trends === undefined) return [];
  const [{ along }] = trends;
  const chosen = trials.filter((trial) => trends.every(({ where }) => matches(trial, where)));
  const { axes, settings } = settingMeans(chosen, []);
  const others = axes.flatMap(({ pointer }, i) => (pointer === along ? [] : [i]));
  return linesOf(chosen, along).flatMap((line): EndsComparison[] => {
    const values = [...new Set(line.map((trial) => axisOf(trial, along)))]
      .filter((value) => typeof value === "number")
      .toSorted((a, b) => a - b);
    if (values.length < 3 || values[0] !== ends[0] || values.at(-1) !== ends[1]) return [];
    const own = axes.map(({ pointer }) => axisOf(line[0]!, pointer));
    const texts = settings.find((setting) => sameValue(setting.values, own))?.texts ?? [];
    return [
      {
        line: others.map((i) => texts[i]).join(", "),
        along: axes.find(({ pointer }) => pointer === along)?.name ?? along,
        ends: [valueText(ends[0]), valueText(ends[1])],
        rows: values.map((value) => ({
          label: valueText(value),
          between: value !== ends[0] && value !== ends[1],
          cells: trends.map((trend) => cellOf(line, trend, value)),
        })),
      },
    ];
  });
};

/** A value between the ends that is above both in a metric: both intervals, each of 95 % by itself, are above 0. */
export interface BeatsBoth {
  readonly label: string;
  readonly over: readonly [low: Finding, high: Finding];
}

/** The values between the ends that are above both in a metric. */
export const beatBoth = ({ rows }: EndsComparison, metric: string): readonly BeatsBoth[] =>
  rows.flatMap(({ label, between, cells }): BeatsBoth[] => {
    const [low, high] = cells.find((cell) => cell.metric === metric)?.over ?? [];
    const both = between && low?.outcome === "replicated" && high?.outcome === "replicated";
    return both ? [{ label, over: [low, high] }] : [];
  });
