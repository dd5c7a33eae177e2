/** Tests of what comes of asking scorers: answers, troubles, drops. */
import { describe, expect, test } from "vitest";
import type { Outcome } from "../../../src/rollouts/scoring/retries.ts";
import { settled } from "../../../src/training/batch/outcomes.ts";
import { rolloutGrid } from "../../fixtures/rollouts.ts";

interface Answers {
  readonly reward: number;
  readonly teacher: string;
}

const lost: Outcome<never> = { trouble: { attempts: 3, outcome: "dropped", error: "gone" } };
const bearable = { step: 4, wholeGroups: true, mostDropped: 0.5 };

/** 3 prompts with 2 completions each; some without a reward. */
const scored = (without: readonly number[], source: "student" | "data" = "student") =>
  rolloutGrid(3, 2).map((rollout, index) => ({
    rollout: { ...rollout, source },
    answers: { reward: without.includes(index) ? lost : { answer: index }, teacher: { answer: String(index) } },
  }));

describe("settled", () => {
  test("takes answers apart, and says nothing of what went well", () => {
    expect(settled<Answers>(scored([]), bearable)).toEqual(
      scored([]).map(({ rollout }, index) => ({ rollout, answers: { reward: index, teacher: String(index) }, dropped: false })),
    );
  });

  test("keeps the trouble of an answer that came in the end, and of a default", () => {
    const trouble = { attempts: 2, outcome: "default", error: "late" } as const;
    const [one] = scored([]);
    const [result] = settled<Answers>([{ rollout: one!.rollout, answers: { reward: { answer: -1, trouble } } }], bearable);
    expect(result).toEqual({ rollout: one!.rollout, answers: { reward: -1 }, troubles: { reward: trouble }, dropped: false });
  });

  test("drops a whole group for one of it, where groups are compared", () => {
    const dropped = (wholeGroups: boolean, from?: "data") =>
      settled<Answers>(scored([3], from), { ...bearable, wholeGroups }).map((item) => item.dropped);
    expect(dropped(true)).toEqual([false, false, true, true, false, false]);
    expect(dropped(false)).toEqual([false, false, false, true, false, false]);
    expect(dropped(true, "data")).toEqual([false, false, false, true, false, false]);
  });

  test("refuses to lose too much, and says why the first was lost", () => {
    expect(settled<Answers>(scored([3]), { ...bearable, mostDropped: 2 / 6 })).toHaveLength(6);
    expect(() => settled<Answers>(scored([3]), { ...bearable, mostDropped: 0.3 })).toThrow(
      /step 4: expected at most 0\.3 of the rollouts .* got 2 of 6; the first is prompt 1 sample 1, of which the scorer "reward" says: gone/u,
    );
    expect(() => settled<Answers>(scored([0, 2, 4]), { ...bearable, mostDropped: 1 })).toThrow("got 6 of 6");
  });
});
