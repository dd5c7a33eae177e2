/** Tests of the chrF reward. */
import { expect, test } from "vitest";
import { chrf } from "../../../src/rewards/text/chrf.ts";
import { answeredTask, textRollout, unansweredTask } from "../../fixtures/text-rollouts.ts";
import { goldenPairs, oddPairs } from "../../fixtures/text-metrics.ts";
import { rewardLaws } from "../../laws/reward.laws.ts";

rewardLaws(
  () => chrf.create({ wordOrder: 0 }, { task: answeredTask }),
  oddPairs.slice(0, 60).map(({ candidate, reference }) => textRollout(candidate, reference)),
);

test.each([
  ["chrf", 0],
  ["chrf++", 2],
] as const)("is a hundredth of sacrebleu's %s", async (name, wordOrder) => {
  const { signal } = new AbortController();
  const reward = chrf.create({ wordOrder }, { task: answeredTask });
  for (const { candidate, reference, scores } of goldenPairs) {
    const { value } = await reward.score(textRollout(candidate, reference), signal);
    expect(Math.abs(100 * value - scores[name]!)).toBeLessThan(1e-6);
  }
});

test("a task without references is refused", () => {
  expect(() => chrf.create({ wordOrder: 0 }, { task: unansweredTask })).toThrow(
    "chrf: expected a task with references, got arithmetic without any",
  );
});
