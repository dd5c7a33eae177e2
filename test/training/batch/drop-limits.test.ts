/** Tests of what is dropped with a rollout that got no answer, and when that is too much. */
import { describe, expect, test } from "vitest";
import type { Failure, ScoredRollout } from "../../../src/rollouts/scoring/scorer.ts";
import { withinDropLimits } from "../../../src/training/batch/drop-limits.ts";
import { rolloutGrid } from "../../fixtures/rollouts.ts";

const lost: Failure = { attempts: 3, outcome: "dropped", error: "gone" };
const limits = { step: 4, wholeGroups: true, mostDropped: 0.5 };

/** 3 prompts with 2 completions each; some without a reward. */
const scored = (without: readonly number[], source: "student" | "data" = "student"): ScoredRollout<{ reward: number }>[] =>
  rolloutGrid(3, 2).map((rollout, index) => {
    const dropped = without.includes(index);
    const answered = dropped ? { answers: {}, failures: { reward: lost } } : { answers: { reward: index } };
    return { rollout: { ...rollout, source }, dropped, ...answered };
  });

describe("within the limits", () => {
  test("rollouts that all were answered stay as they are", () => {
    const all = scored([]);
    expect(withinDropLimits(all, limits)).toEqual(all);
  });

  test("a whole group is dropped for one of it, where groups are compared", () => {
    const dropped = (wholeGroups: boolean, from?: "data") =>
      withinDropLimits(scored([3], from), { ...limits, wholeGroups }).map((item) => item.dropped);
    expect(dropped(true)).toEqual([false, false, true, true, false, false]);
    expect(dropped(false)).toEqual([false, false, false, true, false, false]);
    expect(dropped(true, "data")).toEqual([false, false, false, true, false, false]);
  });

  test("what was answered keeps its answers and its failures", () => {
    const late: Failure = { attempts: 2, outcome: "default", error: "late" };
    const [one] = scored([]);
    const item = { ...one!, failures: { reward: late } };
    expect(withinDropLimits([item], limits)).toEqual([item]);
  });
});

test("too much is refused, with why the first was dropped", () => {
  expect(withinDropLimits(scored([3]), { ...limits, mostDropped: 2 / 6 })).toHaveLength(6);
  expect(() => withinDropLimits(scored([3]), { ...limits, mostDropped: 0.3 })).toThrow(
    /step 4: expected at most 0\.3 of the rollouts .* got 2 of 6; the first is prompt 1 sample 1, of which the scorer "reward" says: gone/u,
  );
  expect(() => withinDropLimits(scored([0, 2, 4]), { ...limits, mostDropped: 1 })).toThrow("got 6 of 6");
});
