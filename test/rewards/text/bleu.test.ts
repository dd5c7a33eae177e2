/** Tests of the BLEU reward. */
import { expect, test } from "vitest";
import { bleu } from "../../../src/rewards/text/bleu.ts";
import { answeredTask, textRollout, unansweredTask } from "../../fixtures/text-rollouts.ts";
import { goldenPairs, oddPairs } from "../../fixtures/text-metrics.ts";
import { rewardLaws } from "../../laws/reward.laws.ts";

const make = () => bleu.create({}, { task: answeredTask });

rewardLaws(
  make,
  oddPairs.slice(0, 60).map(({ candidate, reference }) => textRollout(candidate, reference)),
);

test("is a hundredth of sacrebleu's", async () => {
  const { signal } = new AbortController();
  for (const { candidate, reference, scores } of goldenPairs) {
    const { value } = await make().score(textRollout(candidate, reference), signal);
    expect(Math.abs(100 * value - scores["sentence_bleu"]!)).toBeLessThan(1e-6);
  }
});

test("a task without references is refused", () => {
  expect(() => bleu.create({}, { task: unansweredTask })).toThrow("bleu: expected a task with references, got arithmetic without any");
});
