/** What holds for every reward. */
import { afterEach, describe, expect, test } from "vitest";
import type { Reward } from "../../src/rewards/reward.ts";
import type { Rollout } from "../../src/rollouts/batches/rollout.ts";
import type { Prompt, Task } from "../../src/tasks/task.ts";

/** The rollout of a completion's text; cut completions have no end-of-sequence token. */
export const rolloutOf = (task: Task, prompt: Prompt, text: string, finish: Rollout["finish"] = "stop"): Rollout => {
  const ids = [...task.tokenizer.encode(text), ...(finish === "stop" ? [task.tokenizer.endId] : [])];
  return {
    prompt,
    order: { prompt: 0, sample: 0 },
    promptTokens: Int32Array.from(task.tokenizer.encode(prompt.text)),
    tokens: Int32Array.from(ids),
    behaviorLogProbs: new Float32Array(ids.length),
    finish,
    text,
    version: 0,
    source: "data",
  };
};

/** Completions as a policy at the start of its training may write them. */
const oddTexts: readonly string[] = [
  "",
  " ",
  "\n\t\r\u2028",
  "\u0000",
  "\uD83D",
  "\uDE00\uD83D",
  "👍🏽",
  "\uFFFD".repeat(9),
  "e\u0301\u202E",
  "__proto__",
  "constructor",
  "NaN",
  "Answer: (B)",
  "{",
  "[".repeat(1e4),
  "$&\\1",
  "y".repeat(1e4),
  "a b ".repeat(2e3),
];

/**
 * `create` gives a fresh reward; `rollouts` are some that it scores, not all alike. `texts` are all kinds of completions, for a reward that cannot read those of any
 * alphabet.
 */
export const rewardLaws = (create: () => Reward, rollouts: readonly Rollout[], texts = oddTexts): void => {
  const open: Reward[] = [];
  const make = (): Reward => {
    const reward = create();
    open.push(reward);
    return reward;
  };

  describe("laws of a reward", () => {
    afterEach(async () => {
      await Promise.all(open.splice(0).map(async (reward) => reward.close?.()));
    });

    const { signal } = new AbortController();

    test("has a name for metrics", () => {
      expect(make().name).toMatch(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/);
    });

    test("every value and part is a finite number, and values differ", async () => {
      const reward = make();
      const scores = await Promise.all(rollouts.map((rollout) => reward.score(rollout, signal)));
      for (const { value, parts } of scores)
        for (const number of [value, ...Object.values(parts)]) expect(Number.isFinite(number)).toBe(true);
      expect(new Set(scores.map(({ value }) => value)).size).toBeGreaterThan(1);
    });

    test("values lie in the range that it states, if it states one", async () => {
      const reward = make();
      const [least, most] = reward.range ?? [-Infinity, Infinity];
      for (const rollout of rollouts) {
        const { value } = await reward.score(rollout, signal);
        expect(value).toBeGreaterThanOrEqual(least);
        expect(value).toBeLessThanOrEqual(most);
      }
    });

    test("a rollout's score does not depend on what else is scored, on order, or on who asks first", async () => {
      const reward = make();
      await reward.prepare?.();
      const together = await Promise.all(rollouts.map((rollout) => reward.score(rollout, signal)));
      const alone = [];
      for (const rollout of rollouts.toReversed()) alone.unshift(await make().score(rollout, signal));
      expect(alone).toEqual(together);
    });

    test("any text gets a finite value in the range that it states", async () => {
      const reward = make();
      const { range: [least, most] = [-Infinity, Infinity] } = reward;
      for (const text of texts) {
        const { value } = await reward.score({ ...rollouts[0]!, text }, signal);
        expect(Number.isFinite(value), JSON.stringify(text.slice(0, 40))).toBe(true);
        expect(value).toBeGreaterThanOrEqual(least);
        expect(value).toBeLessThanOrEqual(most);
      }
    });

    test("the rollout is left as it was", async () => {
      const copies = structuredClone(rollouts);
      for (const rollout of rollouts) await make().score(rollout, signal);
      expect(rollouts).toEqual(copies);
    });

    test("an aborted signal gives the signal's reason or the same score", async () => {
      const controller = new AbortController();
      controller.abort(new Error("stopped by the law"));
      for (const rollout of rollouts) {
        const [result] = await Promise.allSettled([make().score(rollout, controller.signal)]);
        if (result.status === "rejected") expect(result.reason).toBe(controller.signal.reason);
        else expect(result.value).toEqual(await make().score(rollout, signal));
      }
    });
  });
};
