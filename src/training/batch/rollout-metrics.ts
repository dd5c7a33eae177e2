/** What a step's metrics say of its sequences. */
import type { Recipe } from "../recipe/recipe.ts";
import type { LoggedRollout } from "../recipe/step-report.ts";

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * `reward` and `reward/<name>`, the shares of the student and of replays, lengths in tokens, and where steps are drawn
 * ahead `rollouts/staleness`: how many steps the weights that draw the student's sequences are behind, in the mean.
 * What does not occur in the step is absent.
 */
export const rolloutMetrics = (
  logged: readonly LoggedRollout[],
  step: number,
  { data, rollouts }: Recipe,
): Record<string, number> => {
  const metrics: Record<string, number> = {
    "rollouts/on-policy": mean(logged.map(({ source: from }) => (from === "student" ? 1 : 0))),
    "rollouts/length": mean(logged.map(({ tokens }) => tokens)),
    "rollouts/truncated": mean(logged.map(({ finish }) => (finish === "length" ? 1 : 0))),
  };
  const ofStudent = logged.filter(({ source: from }) => from === "student");
  if (data.replay !== undefined) {
    metrics["rollouts/replayed"] = ofStudent.filter(({ version }) => version < step - 1).length / logged.length;
  }
  if ((rollouts.maxStaleness ?? 0) > 0 && ofStudent.length > 0) {
    metrics["rollouts/staleness"] = mean(ofStudent.map(({ version }) => step - 1 - version));
  }
  const rewarded = logged.flatMap(({ reward, parts }) => (reward === undefined ? [] : [{ reward, parts }]));
  if (rewarded.length === 0) return metrics;
  metrics["reward"] = mean(rewarded.map(({ reward }) => reward));
  for (const name of new Set(rewarded.flatMap(({ parts = {} }) => Object.keys(parts))))
    metrics[`reward/${name}`] = mean(rewarded.flatMap(({ parts = {} }) => parts[name] ?? []));
  return metrics;
};
