/** Tests of the ROUGE reward. */
import { expect, test } from "vitest";
import { rouge } from "../../../src/rewards/text/rouge.ts";
import { answeredTask, textRollout, unansweredTask } from "../../fixtures/text-rollouts.ts";
import { goldenPairs, oddPairs } from "../../fixtures/text-metrics.ts";
import { rewardLaws } from "../../laws/reward.laws.ts";

const { signal } = new AbortController();
const make = (parameters: Partial<Parameters<typeof rouge.create>[0]> = {}) =>
  rouge.create({ variant: "rougeL", measure: "fMeasure", stemmer: false, ...parameters }, { task: answeredTask });

rewardLaws(
  make,
  oddPairs.slice(0, 60).map(({ candidate, reference }) => textRollout(candidate, reference)),
);

test.each(["rouge1", "rouge2", "rougeL"] as const)("%s is that of rouge-score, and is called so", async (variant) => {
  for (const stemmer of [false, true]) {
    const reward = make({ variant, stemmer });
    expect(reward.name).toBe(variant);
    for (const { candidate, reference, scores } of goldenPairs) {
      const { value } = await reward.score(textRollout(candidate, reference), signal);
      expect(Math.abs(value - scores[stemmer ? `${variant}_stemmed` : variant]!)).toBeLessThan(1e-6);
    }
  }
});

test("precision is of the completion, recall of the reference", async () => {
  const rollout = textRollout("the cat", "the cat sat down");
  const value = async (measure: "precision" | "recall") => (await make({ measure }).score(rollout, signal)).value;
  expect([await value("precision"), await value("recall")]).toEqual([1, 0.5]);
});

test("a task without references is refused", () => {
  expect(() => rouge.create({ variant: "rouge1", measure: "recall", stemmer: true }, { task: unansweredTask })).toThrow(
    new RangeError("rouge: expected a task with references, got arithmetic without any"),
  );
});
