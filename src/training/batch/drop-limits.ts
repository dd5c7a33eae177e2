/** Rollouts that got no answer: what is dropped with them, and when so many are dropped that the run must stop. */
import { coordinatesText } from "../../rollouts/batches/order.ts";
import type { ScoredRollout } from "../../rollouts/scoring/scorer.ts";

/** How much of a step may be dropped. */
export interface DropLimits {
  readonly step: number;
  /** Whether a group without one of its rollouts is no use. */
  readonly wholeGroups: boolean;
  /** Share of the rollouts that may be dropped, in [0, 1]. */
  readonly mostDropped: number;
}

/** `Error` that says how many were dropped and why the first one was. */
const refuse = (scored: readonly ScoredRollout<object>[], count: number, { step, mostDropped }: DropLimits): never => {
  const [first] = scored.flatMap(({ rollout, failures = {} }) =>
    Object.entries(failures)
      .filter(([, { outcome }]) => outcome === "dropped")
      .map(([name, { error }]) => ({ rollout, name, error })),
  );
  throw new Error(
    `step ${step}: expected at most ${mostDropped} of the rollouts to be dropped (scoring.mostDropped) and one to be ` +
      `left, got ${count} of ${scored.length}; the first is ${coordinatesText(first!.rollout)}, of which the scorer ` +
      `"${first!.name}" says: ${first!.error}`,
  );
};

/**
 * The rollouts of a step in their order, where whole groups count also those dropped that share a group with a dropped
 * one. `Error` when more is dropped than the limits allow, or nothing is left.
 */
export const withinDropLimits = <Answers extends object>(
  scored: readonly ScoredRollout<Answers>[],
  limits: DropLimits,
): readonly ScoredRollout<Answers>[] => {
  const ofStudent = scored.filter(({ rollout }) => rollout.source === "student");
  const groups = new Set(ofStudent.filter(({ dropped }) => dropped).map(({ rollout }) => rollout.order.prompt));
  const result = scored.map((item) =>
    limits.wholeGroups && item.rollout.source === "student" && groups.has(item.rollout.order.prompt)
      ? { ...item, dropped: true }
      : item,
  );
  const { length } = result.filter(({ dropped }) => dropped);
  if (length > 0 && (length > limits.mostDropped * result.length || length === result.length))
    refuse(result, length, limits);
  return result;
};
