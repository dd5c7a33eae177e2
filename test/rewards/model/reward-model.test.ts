/** Tests of the reward from a learned reward model. */
import { expect, onTestFinished, test } from "vitest";
import { rewardModel } from "../../../src/rewards/model/reward-model.ts";
import { textRollout } from "../../fixtures/text-rollouts.ts";
import { expectedScores, modelContext } from "../../fixtures/reward-models.ts";
import { rewardLaws } from "../../laws/reward.laws.ts";

const { signal } = new AbortController();
const make = (checkpoint = "llama") => rewardModel.create({ model: { checkpoint } }, modelContext);

rewardLaws(
  make,
  ["a", "bcd", "kjihgf", ""].map((text) => textRollout(text, "", "ab")),
  ["a", "", "abcdefghijkabcdefghijk"],
);

test("is the score that transformers gives prompt and completion", async () => {
  for (const name of ["llama", "gpt2"] as const) {
    const reward = make(name);
    onTestFinished(() => reward.close?.());
    for (const { text, scores } of expectedScores(name)) {
      const rollout = { ...textRollout(text.slice(1), "", text.slice(0, 1)), finish: "length" as const };
      expect(Math.abs((await reward.score(rollout, signal)).value - scores[0]!)).toBeLessThan(1e-5);
    }
  }
});

test("a classifier of several labels is refused", async () => {
  await expect(make("mistral").prepare?.()).rejects.toThrow("reward-model: expected a model with one score, got one with 3 labels");
});
