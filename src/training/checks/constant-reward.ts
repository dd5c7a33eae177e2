/** A reward that says the same of every completion of the first step: often one that reads the wrong thing. */
import type { Check } from "./check.ts";

/**
 * In the first step each reward has more than one value, where it scores at least `least` completions. Warns, and stops
 * nothing: a student may be all wrong at first.
 */
export const constantReward = (least: number): Check => ({
  name: "constantReward",
  patience: Number.POSITIVE_INFINITY,
  remedy:
    "as long as it stays so nothing is learned from it: look at the completions in rollouts.jsonl, and at what the " +
    "reward reads of them",
  inspect({ step, logged }) {
    if (step !== 1) return undefined;
    const all = logged.flatMap(({ source, parts = {} }) => (source === "student" ? [parts] : []));
    const names = [...new Set(all.flatMap((parts) => Object.keys(parts)))].filter((name) => !name.includes("/"));
    const constant = names.flatMap((name) => {
      const values = all.flatMap((parts) => parts[name] ?? []);
      return values.length >= least && values.every((value) => value === values[0])
        ? [`reward ${name} is ${values[0]} for all ${values.length} completions`]
        : [];
    });
    return constant.length === 0 ? undefined : { count: constant.length, seen: constant.join(", and ") };
  },
});
