/** Which trials a claim is about, and which of their numbers. */
import { Type, type Static } from "@sinclair/typebox";
import type { ParametersOf } from "../../plugins/definition.ts";
import { mean } from "../statistics/strata.ts";
import { axisOf, sameValue, seedOf, settingOf, type Trial } from "./trial.ts";

/** The schema of a match: axes by pointer, and `run` for the name of a variant, each with the values that are meant. */
export const Match = Type.Unsafe<Readonly<Record<string, readonly unknown[]>>>({
  type: "object",
  propertyNames: { pattern: "^(run|/.*)$" },
  additionalProperties: { type: "array", minItems: 1, items: {} },
  description:
    'Trials in which each of these axes has one of the values listed: { "/data/onPolicyFraction": [1], ' +
    '"run": ["gkd"] }.',
});
/** Values of a match. */
export type Match = Static<typeof Match>;

/** What every claim says of its numbers. */
export const measured = {
  metric: Type.String({ minLength: 1, description: "Name of the metric, as in results: accuracy, rouge-2, reward." }),
  gain: Type.Boolean({
    default: false,
    description: "Whether it is the metric's rise over the student as it was before training.",
  }),
  where: Type.Unsafe<Match>({
    ...Match,
    default: {},
    description: "Only trials in which each of these axes has one of the values listed.",
  }),
};

/** Values of `measured`. */
export type Measured = ParametersOf<typeof measured>;

/** The axes of a claim: those that it compares, and those by which it chooses. */
export const axesOf = ({ where }: Measured, compared: Iterable<string>): string[] => [
  ...new Set([...compared, ...Object.keys(where)]),
];

/** Whether a trial has one of the values listed on each axis of a match. */
export const matches = (trial: Trial, match: Match): boolean =>
  Object.entries(match).every(([axis, values]) => values.some((value) => sameValue(value, axisOf(trial, axis))));

const valueOf = ({ initial, final }: Trial, { metric, gain }: Measured): number | undefined => {
  const after = final[metric];
  if (after === undefined || !Number.isFinite(after)) return undefined;
  if (!gain) return after;
  const before = initial[metric];
  return before === undefined || !Number.isFinite(before) ? undefined : after - before;
};

/** By setting, by seed: the mean of what matches. */
export type Cells = ReadonlyMap<string, ReadonlyMap<string, number>>;

/**
 * The numbers of the trials that match, by what is the same on the sides of a comparison: the setting without the axes
 * of `compared`, and the seed. Trials that differ in compared axes alone count as one, with their mean. A trial without
 * the metric, or with one that is not finite, is left out.
 */
export const cellsOf = (
  trials: readonly Trial[],
  match: Match,
  compared: ReadonlySet<string>,
  measure: Measured,
): Cells => {
  const found = new Map<string, Map<string, number[]>>();
  for (const trial of trials) {
    if (!matches(trial, measure.where) || !matches(trial, match)) continue;
    const value = valueOf(trial, measure);
    if (value === undefined) continue;
    const setting = settingOf(trial, compared);
    const seeds = found.get(setting) ?? new Map<string, number[]>();
    found.set(setting, seeds);
    seeds.set(seedOf(trial), [...(seeds.get(seedOf(trial)) ?? []), value]);
  }
  return new Map(
    [...found].map(([setting, seeds]) => [setting, new Map([...seeds].map(([seed, values]) => [seed, mean(values)]))]),
  );
};

/** Settings and seeds that all of them have, with the numbers of each: [setting][seed][side]. */
export const paired = (sides: readonly Cells[]): (readonly (readonly number[])[])[] => {
  const [first = new Map<string, ReadonlyMap<string, number>>(), ...others] = sides;
  return [...first]
    .map(([setting, seeds]) =>
      [...seeds.keys()]
        .filter((seed) => others.every((side) => side.get(setting)?.has(seed) === true))
        .map((seed) => sides.map((side) => side.get(setting)!.get(seed)!)),
    )
    .filter(({ length }) => length > 0);
};
