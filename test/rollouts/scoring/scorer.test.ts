/** Tests of answers: as many as rollouts, and after a failure with what failed. */
import { lastValueFrom } from "rxjs";
import { describe, expect, test } from "vitest";
import { ordered } from "../../../src/rollouts/batches/order.ts";
import { route } from "../../../src/rollouts/scoring/router.ts";
import { checkAnswerCount, FailedAnswer, type Failure } from "../../../src/rollouts/scoring/scorer.ts";
import { chunksOf, rolloutGrid } from "../../fixtures/rollouts.ts";
import { scorer } from "../../fixtures/scorers.ts";

const reward = scorer(1, 4, async (rollouts) => rollouts.map(({ order }) => order.sample));

describe("a scorer's answers", () => {
  test("are as many as the rollouts", () => {
    const rollouts = rolloutGrid(1, 2);
    expect(() => checkAnswerCount(rollouts, [0, 0])).not.toThrow();
    expect(() => checkAnswerCount(rollouts, [0])).toThrow(new RangeError("expected 2 answers, got 1"));
    expect(() => checkAnswerCount(rollouts, "no list")).toThrow(new TypeError("expected a list of answers, got string"));
  });
});

test("an answer after a failure is an answer and a failure; a failure without one drops the rollout", async () => {
  const late: Failure = { attempts: 2, outcome: "answered", error: "busy" };
  const gone: Failure = { attempts: 3, outcome: "dropped", error: "down" };
  const failing = scorer<number | FailedAnswer<number>>(2, 1, async () => [new FailedAnswer(late, 5), new FailedAnswer<number>(gone)]);
  const rollouts = rolloutGrid(1, 2);
  const scored = await lastValueFrom(route(chunksOf(rollouts, 2), { failing, reward }, { inFlight: 1 }).pipe(ordered()));
  expect(scored).toEqual([
    { rollout: rollouts[0], answers: { failing: 5, reward: 0 }, failures: { failing: late }, dropped: false },
    { rollout: rollouts[1], answers: { reward: 1 }, failures: { failing: gone }, dropped: true },
  ]);
});
