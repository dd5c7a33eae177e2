/**
 * What later looks at a figure's claims would say if new seeds did as those did that are there. It chooses where seeds
 * go and nothing else: no verdict is of it.
 */
import { claims as family, type ClaimValues } from "../evaluation/claims/index.ts";
import { isSeed } from "../evaluation/claims/seeds.ts";
import { seedOf, settingOf, type Trial } from "../evaluation/claims/trial.ts";
import { isUndecided, judgeAtLook, lookSeeds } from "./looks.ts";

/** What a later look is thought to come to. */
export interface Forecast {
  /** Claims that it decides, of those that are undecided now. */
  readonly decided: number;
  /** Trials that are to be run until then. */
  readonly trials: number;
}

/** The trials with so many seeds: new ones have the numbers of those that are there, again in their order. */
const withSeeds = (trials: readonly Trial[], seeds: number): readonly Trial[] => {
  const known = [...new Set(trials.map(seedOf))];
  const again = Array.from({ length: Math.max(0, seeds - known.length) }, (_, i) => {
    const own = trials.filter((trial) => seedOf(trial) === known[i % known.length]);
    return own.map(({ axes, ...rest }) => {
      const renamed = Object.keys(axes)
        .filter(isSeed)
        .map((axis) => [axis, `again ${i}`] as const);
      return { ...rest, axes: { ...axes, ...Object.fromEntries(renamed) } };
    });
  });
  return [...trials, ...again.flat()];
};

/**
 * A forecast of each look that is left of a figure whose claims `open` are undecided after so many looks, the next
 * first.
 */
export const forecasts = (
  open: readonly ClaimValues[],
  trials: readonly Trial[],
  looks: number,
): readonly Forecast[] => {
  const concerned = open.map((values) => {
    const claim = family.create(values);
    return trials.filter((trial) => claim.concerns(trial));
  });
  const settings = new Set(concerned.flat().map((trial) => settingOf(trial, new Set()))).size;
  const now = lookSeeds[looks - 1] ?? 0;
  return lookSeeds.slice(looks).map((seeds) => ({
    decided: open.filter((values, i) => {
      const [judged] = judgeAtLook([values], withSeeds(concerned[i]!, seeds), lookSeeds.length);
      return !isUndecided(judged!);
    }).length,
    trials: settings * (seeds - now),
  }));
};
