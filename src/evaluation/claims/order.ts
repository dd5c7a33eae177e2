/** A claim that one setting is above another, or several in a row. */
import { Type } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import { pooledMean } from "../statistics/pooled-mean.ts";
import { differenceOf } from "./difference.ts";
import { axesOf, cellsOf, Match, matches, measured, paired } from "./selection.ts";
import type { Trial } from "./trial.ts";
import { axisText, valueText } from "./value-text.ts";
import { all, leastEffect, notRun, type Claim, type Finding } from "./verdict.ts";

const textOf = (match: Match): string =>
  Object.entries(match)
    .map(([axis, values]) => `${axisText(axis)} ${values.map(valueText).join(" or ")}`)
    .join(", ");

/** What a match with several values lists, each by itself. */
const membersOf = (match: Match): readonly Match[] =>
  Object.entries(match).reduce<readonly Match[]>(
    (members, [axis, values]) => members.flatMap((member) => values.map((value) => ({ ...member, [axis]: [value] }))),
    [{}],
  );

/**
 * `{ "type": "order", "metric": "accuracy", "descending": [A, B, C] }`: A is above B, and B above C. Each two
 * neighbours are compared seed by seed in every setting of the other axes; the claim holds when each of these
 * differences does. A side that lists several values is their mean. A mean is not each of them: where one that is
 * listed goes the other way, whatever its interval, the claim is not replicated but inconclusive.
 */
export const order = define({
  type: "order",
  summary: "One setting is above another: each with the next, seed by seed, over all values of the other axes.",
  parameters: {
    ...measured,
    descending: Type.Array(Match, { minItems: 2, maxItems: 16, description: "The settings, the highest first." }),
    by: Type.Number({ default: 0, description: "By how much more each is above the next, in the metric's unit." }),
    least: leastEffect,
  },
  create({ descending, by, least, ...measure }, _context: void): Claim {
    const compared = new Set(descending.flatMap(Object.keys));
    const neighbours = (trials: readonly Trial[]) => {
      const sides = descending.map((match) => cellsOf(trials, match, compared, measure));
      return sides.slice(1).map((lower, index) => paired([sides[index]!, lower]));
    };
    const compares: Claim["compares"] = (trials) => neighbours(trials).every(({ length }) => length > 0);
    /** The first two that two neighbours list and that do not stand as their means do; undefined where all do. */
    const exception = (trials: readonly Trial[], upper: Match, lower: Match): string | undefined => {
      const [uppers, lowers] = [membersOf(upper), membersOf(lower)];
      if (uppers.length * lowers.length === 1) return undefined;
      for (const a of uppers)
        for (const b of lowers) {
          const pairs = paired([a, b].map((match) => cellsOf(trials, match, compared, measure)));
          if (pairs.length === 0) continue;
          const { mean } = pooledMean(pairs.map((seeds) => seeds.map(([x = NaN, y = NaN]) => x - y)));
          if (mean <= by) return `${textOf(a)} − ${textOf(b)} is ${Number(mean.toPrecision(3))}`;
        }
      return undefined;
    };
    const findingOf = (
      trials: readonly Trial[],
      pairs: readonly (readonly (readonly number[])[])[],
      index: number,
      level: number | undefined,
    ): Finding => {
      const [upper, lower] = [descending[index]!, descending[index + 1]!];
      const found = differenceOf(pairs, `${textOf(upper)} − ${textOf(lower)}`, by, least, level);
      const other = found.outcome === "replicated" ? exception(trials, upper, lower) : undefined;
      if (other === undefined) return found;
      return { ...found, what: `${found.what}; not of each: ${other}`, outcome: "inconclusive" };
    };
    const judge: Claim["judge"] = (trials, level) => {
      const found = neighbours(trials);
      if (found.some(({ length }) => length === 0)) return notRun;
      const findings = found.map((pairs, index) => findingOf(trials, pairs, index, level));
      return { outcome: all(findings.map(({ outcome }) => outcome)), findings };
    };
    const concerns: Claim["concerns"] = (trial) =>
      matches(trial, measure.where) && descending.some((match) => matches(trial, match));
    return { axes: axesOf(measure, compared), compares, concerns, judge };
  },
});
