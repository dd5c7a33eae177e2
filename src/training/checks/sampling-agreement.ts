/**
 * Sampling and learning agree: the student's log-probs of the tokens that it just drew are the same in both programs.
 */
import type { Check } from "./check.ts";

/**
 * Checks, in inspections, the rollouts that the student drew alone with the weights that are about to learn (of steps
 * drawn ahead, those of the first step): the sampler's log-probs and the learner's own differ by at most `tolerance`
 * nats at every token. Where they do not, ratios and policy gradients are those of another policy. Compared are
 * behavior log-probs, at the sampling temperature, where nothing but a temperature shapes what is drawn (`tempered`).
 * Elsewhere those are of another distribution by intent; then both sides are raw, at temperature 1.
 */
export const samplingAgreement = (tolerance: number, tempered = true): Check => ({
  name: "samplingAgreement",
  patience: 1,
  remedy:
    "the sampler draws from another policy than the one that learns: check the temperature, the padding, " +
    "and the engine (retort doctor; another /engine)",
  inspect({ step, rows, logged, logProbs }) {
    if (logProbs === undefined) return undefined;
    const positions = logProbs.length / rows.length;
    let [count, worst, tokens] = [0, 0, 0];
    for (const [index, { rollout }] of rows.entries()) {
      if (rollout.source !== "student" || logged[index]?.behavior !== undefined || rollout.version !== step - 1)
        continue;
      const start = index * positions;
      const sampled = tempered ? rollout.behaviorLogProbs : (rollout.rawLogProbs ?? []);
      for (const [t, logProb] of sampled.entries()) {
        const difference = Math.abs(logProb - logProbs[start + t]!);
        tokens += 1;
        if (difference <= tolerance) continue;
        count += 1;
        worst = Number.isNaN(difference) ? Number.NaN : Math.max(worst, difference);
      }
    }
    if (count === 0) return undefined;
    return {
      count,
      seen:
        `the log-probs of ${count} of ${tokens} sampled tokens differ between sampling and learning, by up to ` +
        `${worst} nats`,
    };
  },
});
