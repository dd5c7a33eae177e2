/** A claim of how far apart the values of an axis are. */
import { Type } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import { spreadInterval, spreadOfMeans } from "../statistics/spread-of-means.ts";
import type { Strata } from "../statistics/strata.ts";
import { axesOf, cellsOf, Match, matches, measured, type Cells } from "./selection.ts";
import type { Trial } from "./trial.ts";
import { above, notRun, type Claim } from "./verdict.ts";

/** For each setting of the other axes, for each value of the axis, a number for each seed. */
type Settings = readonly Strata[];

/** Settings that have at least two values of the axis. */
const settingsOf = (byValue: readonly Cells[]): Settings => {
  const names = new Set(byValue.flatMap((cells) => [...cells.keys()]));
  return [...names]
    .map((name) => byValue.flatMap((cells) => (cells.has(name) ? [[...cells.get(name)!.values()]] : [])))
    .filter(({ length }) => length > 1);
};

/**
 * `{ "type": "spread", "metric": "rouge-2", "over": "/objective/divergence", "values": [...], "of": A, "than": B }`:
 * between the highest and the lowest of the values is less in A's settings than in B's. With `below` instead of
 * `than`: less than that. Intervals are those of `spreadInterval`: a spread of noisy means is too large rather than too
 * small, and what is concluded allows for it.
 */
export const spread = define({
  type: "spread",
  summary: "The values of an axis are close together: less far apart than elsewhere, or than a bound.",
  parameters: {
    ...measured,
    over: Type.String({ pattern: "^(run|/.*)$", description: "Pointer of the axis whose values are compared." }),
    values: Type.Array(Type.Unknown(), { minItems: 2, description: "Its values." }),
    of: Type.Unsafe<Match>({ ...Match, default: {}, description: "Where the values are close together." }),
    than: Type.Optional(Match),
    below: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: "In the metric's unit; instead of than." })),
  },
  create({ over, values, of, than, below, ...measure }, _context: void): Claim {
    if ((than === undefined) === (below === undefined)) {
      throw new RangeError(
        'spread: expected either "than" or "below", got both or none; say what the spread is compared with',
      );
    }
    const compared = new Set([over, ...Object.keys(of), ...Object.keys(than ?? {})]);
    const sidesOf = (trials: readonly Trial[]): readonly [near: Settings, far: Settings] => {
      const within = (match: Match): Settings =>
        settingsOf(values.map((value) => cellsOf(trials, { ...match, [over]: [value] }, compared, measure)));
      return [within(of), than === undefined ? [] : within(than)];
    };
    const areThere = ([near, far]: readonly [Settings, Settings]): boolean =>
      near.length > 0 && (than === undefined || far.length > 0);
    const compares: Claim["compares"] = (trials) => areThere(sidesOf(trials));
    const judge: Claim["judge"] = (trials, level) => {
      const sides = sidesOf(trials);
      if (!areThere(sides)) return notRun;
      const [near, far] = sides;
      const effect = (below ?? spreadOfMeans(far)) - spreadOfMeans(near);
      const interval = spreadInterval(near, below ?? far, level);
      const outcome = above(interval, 0);
      const count = [...near, ...far].flat().reduce((total, { length }) => total + length, 0);
      const what = below === undefined ? "how much larger the other spread is" : `${below} less the spread`;
      return {
        outcome,
        findings: [{ what, effect, interval, settings: near.length + far.length, count, outcome }],
      };
    };
    const concerns: Claim["concerns"] = (trial) =>
      matches(trial, measure.where) &&
      matches(trial, { [over]: values }) &&
      [of, ...(than === undefined ? [] : [than])].some((match) => matches(trial, match));
    return { axes: axesOf(measure, compared), compares, concerns, judge };
  },
});
