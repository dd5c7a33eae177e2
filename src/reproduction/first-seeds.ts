/** Of each setting one trial: that of the lowest seed. */
import { isSeed } from "../evaluation/claims/seeds.ts";
import { settingOf, type Trial } from "../evaluation/claims/trial.ts";

/** The values of its seeds, by the names of these. */
const seedsOf = ({ axes }: Trial): readonly unknown[] =>
  Object.entries(axes)
    .filter(([axis]) => isSeed(axis))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, value]) => value);

const isLower = (one: Trial, other: Trial): boolean => {
  const [own, others] = [seedsOf(one), seedsOf(other)];
  const at = own.findIndex((seed, i) => seed !== others[i]);
  return at >= 0 && Number(own[at]) < Number(others[at]);
};

/** The trials of which none that differs in its seeds alone has a lower one, in their order. */
export const firstSeeds = <One extends Trial>(trials: readonly One[]): readonly One[] => {
  const first = new Map<string, One>();
  for (const trial of trials) {
    const setting = settingOf(trial, new Set());
    const known = first.get(setting);
    if (known === undefined || isLower(trial, known)) first.set(setting, trial);
  }
  return trials.filter((trial) => first.get(settingOf(trial, new Set())) === trial);
};
