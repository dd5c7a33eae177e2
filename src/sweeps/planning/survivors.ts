/** Which trials continue after a rung of successive halving. */
import { isSeed } from "../../evaluation/claims/seeds.ts";
import type { Json } from "../../files/json.ts";
import type { HalvingValues } from "../../experiments/schema/halving.ts";

/** A trial, and what came out at the rung; nothing when it has failed before. */
export interface Contender {
  readonly id: string;
  readonly name: string;
  readonly axes: Readonly<Record<string, Json>>;
  readonly score: number | undefined;
}

/** Names the setting of a trial: its run and its axes without those that are one setting; with one seed all are. */
const settingOf = ({ name, axes }: Contender, over: readonly string[]): string => {
  const isOver = (axis: string): boolean => over.includes(axis) || (isSeed(axis) && over.some(isSeed));
  return JSON.stringify([name, Object.entries(axes).filter(([axis]) => !isOver(axis))]);
};

/** The higher the better; what has no score, or none that is a number, is below all. */
const worthOf = (trials: readonly Contender[], direction: HalvingValues["direction"]): number => {
  const scores = trials.map(({ score = Number.NaN }) => score);
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  if (!Number.isFinite(mean)) return -Infinity;
  return direction === "maximize" ? mean : -mean;
};

/**
 * Ids of the trials that continue: those of the best ceil(keep n) of n settings by the mean score of their trials. Of
 * equal settings the first in the order of the trials continues, so that the choice does not depend on who finished
 * first. A setting with a trial that has no score comes last.
 */
export const survivors = (
  contenders: readonly Contender[],
  { keep, direction, over }: Pick<HalvingValues, "keep" | "direction"> & { readonly over: readonly string[] },
): ReadonlySet<string> => {
  const settings = new Map<string, Contender[]>();
  for (const contender of contenders) {
    const setting = settingOf(contender, over);
    settings.set(setting, [...(settings.get(setting) ?? []), contender]);
  }
  const ranked = [...settings.values()]
    .map((trials) => ({ trials, worth: worthOf(trials, direction) }))
    .toSorted((a, b) => (a.worth === b.worth ? 0 : b.worth - a.worth));
  // A product such as 0.1 * 30 is a little above 3.
  const kept = Math.max(1, Math.ceil(keep * settings.size - 1e-9));
  return new Set(ranked.slice(0, kept).flatMap(({ trials }) => trials.map(({ id }) => id)));
};
