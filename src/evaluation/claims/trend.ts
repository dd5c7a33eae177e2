/** A claim that a metric rises or falls along an axis. */
import { Type } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import { pooledMean } from "../statistics/pooled-mean.ts";
import { signFlipTest } from "../statistics/sign-flip-test.ts";
import { differenceOf } from "./difference.ts";
import { axesOf, cellsOf, matches, measured, paired, type Measured } from "./selection.ts";
import { axisOf, sameValue, type Trial } from "./trial.ts";
import { axisText, valueText } from "./value-text.ts";
import { above, leastEffect, leastText, notRun, type Claim, type Finding, type Outcome } from "./verdict.ts";

const along = (trials: readonly Trial[], axis: string): readonly unknown[] => {
  const values = trials.map((trial) => axisOf(trial, axis)).filter((value) => value !== undefined);
  const different = values.filter((value, index) => values.findIndex((other) => sameValue(value, other)) === index);
  return different.toSorted((a, b) => Number(a) - Number(b));
};

/**
 * Slope of the least-squares line over the ranks 0, 1, 2, ...: change of the metric from one value of the axis to the
 * next.
 */
const slopeOf = (values: readonly number[]): number => {
  const middle = (values.length - 1) / 2;
  const squares = values.reduce((total, _, rank) => total + (rank - middle) ** 2, 0);
  return values.reduce((total, value, rank) => total + (rank - middle) * value, 0) / squares;
};

/** A trend holds when the slope does and no step goes the other way for certain. */
const outcomeOf = (slope: Outcome, steps: readonly Finding[]): Outcome =>
  steps.some(({ outcome }) => outcome === "not-replicated") ? "not-replicated" : slope;

/** A number for each value of the axis: [setting][seed][value]; none of fewer than two values. */
const rowsOf = (trials: readonly Trial[], measure: Measured, axis: string, values: readonly unknown[]) =>
  values.length < 2
    ? []
    : paired(values.map((value) => cellsOf(trials, { [axis]: [value] }, new Set([axis]), measure)));

/** The slope and its steps, times `sign`; the slope is claimed to be `least` or more. */
const findingsOf = (
  rows: ReturnType<typeof rowsOf>,
  axis: string,
  values: readonly unknown[],
  {
    sign,
    least,
    level,
  }: { readonly sign: number; readonly least: number | undefined; readonly level: number | undefined },
): Finding[] => {
  if (rows.length === 0) return [];
  const slopes = rows.map((seeds) => seeds.map((row) => sign * slopeOf(row)));
  const { mean: effect, interval } = pooledMean(slopes, level);
  const count = slopes.reduce((total, { length }) => total + length, 0);
  const slope = {
    what: `${sign > 0 ? "rise" : "fall"} a step along ${axisText(axis)}${leastText(least)}`,
    effect,
    interval,
    p: signFlipTest(slopes),
    settings: rows.length,
    count,
    outcome: above(interval, 0, least),
  };
  const steps = values.slice(1).map((value, index) => {
    const pairs = rows.map((seeds) => seeds.map((row) => [sign * row[index + 1]!, sign * row[index]!]));
    return differenceOf(pairs, `${valueText(values[index])} to ${valueText(value)}`, 0, undefined, level);
  });
  return [slope, ...steps];
};

/**
 * `{ "type": "trend", "metric": "rouge-2", "along": "/objective/alpha", "direction": "increasing" }`: the slope over
 * the ranks of the axis's values is that way, and no step between neighbours goes the other way for certain. Each seed
 * of each setting gives one slope; those that lack a value of the axis are left out.
 */
export const trend = define({
  type: "trend",
  summary: "A metric rises, or falls, along an axis.",
  parameters: {
    ...measured,
    along: Type.String({ pattern: "^/", description: "Pointer of the axis." }),
    direction: Type.Union([Type.Literal("increasing"), Type.Literal("decreasing")], {
      description: "Which way the metric goes.",
    }),
    least: leastEffect,
    values: Type.Optional(
      Type.Array(Type.Unknown(), {
        minItems: 2,
        description: "The axis's values in order; all that there are, by size, when left out.",
      }),
    ),
  },
  create({ along: axis, direction, least, values, ...measure }, _context: void): Claim {
    const valuesOf = (trials: readonly Trial[]): readonly unknown[] => values ?? along(trials, axis);
    const compares: Claim["compares"] = (trials) => rowsOf(trials, measure, axis, valuesOf(trials)).length > 0;
    const judge: Claim["judge"] = (trials, level) => {
      const own = valuesOf(trials);
      const findings = findingsOf(rowsOf(trials, measure, axis, own), axis, own, {
        sign: direction === "increasing" ? 1 : -1,
        least,
        level,
      });
      const [slope, ...steps] = findings;
      return slope === undefined ? notRun : { outcome: outcomeOf(slope.outcome, steps), findings };
    };
    const concerns: Claim["concerns"] = (trial) =>
      matches(trial, measure.where) &&
      (values === undefined ? axisOf(trial, axis) !== undefined : matches(trial, { [axis]: values }));
    return { axes: axesOf(measure, [axis]), compares, concerns, judge };
  },
});
