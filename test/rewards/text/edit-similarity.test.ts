/** Tests of the reward for few edits. */
import { expect, test } from "vitest";
import { editSimilarityReward } from "../../../src/rewards/text/edit-similarity.ts";
import { answeredTask, textRollout, unansweredTask } from "../../fixtures/text-rollouts.ts";
import { oddPairs } from "../../fixtures/text-metrics.ts";
import { rewardLaws } from "../../laws/reward.laws.ts";

const make = () => editSimilarityReward.create({}, { task: answeredTask });

rewardLaws(
  make,
  oddPairs.slice(0, 60).map(({ candidate, reference }) => textRollout(candidate, reference)),
);

test("is rapidfuzz's normalised similarity", async () => {
  const { signal } = new AbortController();
  for (const { candidate, reference, edit } of oddPairs) {
    const { value } = await make().score(textRollout(candidate, reference), signal);
    expect(Math.abs(value - edit)).toBeLessThan(1e-12);
  }
});

test("a task without references is refused", () => {
  expect(() => editSimilarityReward.create({}, { task: unansweredTask })).toThrow(
    "edit-similarity: expected a task with references, got arithmetic without any",
  );
});
