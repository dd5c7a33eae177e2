/** Steps that teach nothing: no gradient, or advantages that are all zero. */
import type { Check } from "./check.ts";

/** Smaller than any gradient or advantage of a run that learns in float32. */
const zero = 1e-9;

/** The norm of the whole gradient is zero. */
export const noGradient = (patience: number): Check => ({
  name: "noGradient",
  patience,
  remedy:
    "nothing is learned: the student equals its teacher, all rewards of each prompt are equal, or every " +
    "sequence is masked out",
  inspect({ metrics }) {
    const norm = metrics["gradient/norm"];
    return norm === undefined || norm > zero ? undefined : { count: 1, seen: `the gradient's norm is ${norm}` };
  },
});

/** The student sampled sequences, and each of them is as good as was to be expected. */
export const noAdvantage = (patience: number): Check => ({
  name: "noAdvantage",
  patience,
  remedy:
    "the rewards teach nothing, because the completions of each prompt are scored alike: take another " +
    "reward, more completions of each prompt (rollouts.group), harder or easier prompts, or a higher " +
    "sampling temperature",
  inspect({ logged }) {
    const advantages = logged.flatMap(({ source, advantage }) =>
      source === "student" && advantage !== undefined ? [advantage] : [],
    );
    if (advantages.length === 0 || advantages.some((advantage) => Math.abs(advantage) > zero)) return undefined;
    return { count: 1, seen: `all ${advantages.length} advantages are zero` };
  },
});
