/** A claim that one setting is above another, or several in a row. */
import { Type } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import { differenceOf } from "./difference.ts";
import { axesOf, cellsOf, Match, matches, measured, paired } from "./selection.ts";
import type { Trial } from "./trial.ts";
import { axisText, valueText } from "./value-text.ts";
import { all, leastEffect, notRun, type Claim } from "./verdict.ts";

const textOf = (match: Match): string =>
  Object.entries(match)
    .map(([axis, values]) => `${axisText(axis)} ${values.map(valueText).join(" or ")}`)
    .join(", ");

/**
 * `{ "type": "order", "metric": "accuracy", "descending": [A, B, C] }`: A is above B, and B above C. Each two
 * neighbours are compared seed by seed in every setting of the other axes; the claim holds when each of these
 * differences does.
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
    const judge: Claim["judge"] = (trials, level) => {
      const found = neighbours(trials);
      if (found.some(({ length }) => length === 0)) return notRun;
      const findings = found.map((pairs, index) =>
        differenceOf(pairs, `${textOf(descending[index]!)} − ${textOf(descending[index + 1]!)}`, by, least, level),
      );
      return { outcome: all(findings.map(({ outcome }) => outcome)), findings };
    };
    const concerns: Claim["concerns"] = (trial) =>
      matches(trial, measure.where) && descending.some((match) => matches(trial, match));
    return { axes: axesOf(measure, compared), compares, concerns, judge };
  },
});
