/** A divergence below zero, which no divergence can be: the teacher, a mask or the formula is wrong. */
import type { Check } from "./check.ts";

/**
 * Metrics `divergence/<name>` of a step are at least -`tolerance` nats; they are means over tokens of whole
 * divergences, never estimates from samples.
 */
export const negativeDivergence = (tolerance: number): Check => ({
  name: "negativeDivergence",
  patience: 1,
  remedy:
    "a divergence is never below 0: check whether teacher and student see the same tokens, and whether the " +
    "teacher's log-probs are normalised",
  inspect({ metrics }) {
    const below = Object.entries(metrics).filter(
      ([name, value]) => name.startsWith("divergence/") && value < -tolerance,
    );
    return below.length === 0
      ? undefined
      : { count: below.length, seen: below.map(([name, value]) => `${name} is ${value} nats`).join(" and ") };
  },
});
