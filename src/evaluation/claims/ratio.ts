/** A claim of how many times as large one mean is as another. */
import { Type } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import { ratioOfMeans } from "../statistics/ratio-of-means.ts";
import { meanOfMeans } from "../statistics/strata.ts";
import { axesOf, cellsOf, Match, matches, measured, type Cells } from "./selection.ts";
import type { Trial } from "./trial.ts";
import { between, notRun, type Claim } from "./verdict.ts";

const strataOf = (cells: Cells): number[][] => [...cells.values()].map((seeds) => [...seeds.values()]);

/**
 * `{ "type": "ratio", "metric": "accuracy", "gain": true, "of": A, "over": B, "between": [1.5, 3] }`: the mean over A's
 * settings, divided by that over B's, with Fieller's interval. Where the lower mean may not be positive the ratio
 * has no end, and nothing is concluded.
 */
export const ratio = define({
  type: "ratio",
  summary: "The mean of some settings is so many times that of others.",
  parameters: {
    ...measured,
    of: Match,
    over: Match,
    between: Type.Tuple([Type.Number(), Type.Number()], {
      description: "Lowest and highest ratio at which the claim holds.",
    }),
  },
  create({ of, over, between: limits, ...measure }, _context: void): Claim {
    const compared = new Set([...Object.keys(of), ...Object.keys(over)]);
    const sidesOf = (trials: readonly Trial[]): readonly [number[][], number[][]] => {
      const side = (match: Match): number[][] => strataOf(cellsOf(trials, match, compared, measure));
      return [side(of), side(over)];
    };
    const compares: Claim["compares"] = (trials) => sidesOf(trials).every(({ length }) => length > 0);
    const judge: Claim["judge"] = (trials, level) => {
      const [upper, lower] = sidesOf(trials);
      if (upper.length === 0 || lower.length === 0) return notRun;
      const strata = [...upper, ...lower];
      const found = ratioOfMeans(upper, lower, level);
      // What is a multiple of a loss is no claim's.
      const isOver = meanOfMeans(lower) > 0;
      const effect = isOver ? found.ratio : Infinity;
      const interval = isOver ? found.interval : { ...found.interval, low: -Infinity, high: Infinity };
      const count = strata.reduce((total, { length }) => total + length, 0);
      const outcome = between(interval, limits);
      return {
        outcome,
        findings: [{ what: "ratio of means", effect, interval, settings: strata.length, count, outcome }],
      };
    };
    const concerns: Claim["concerns"] = (trial) =>
      matches(trial, measure.where) && [of, over].some((match) => matches(trial, match));
    return { axes: axesOf(measure, compared), compares, concerns, judge };
  },
});
