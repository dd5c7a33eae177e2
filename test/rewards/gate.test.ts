/** Tests of gates. */
import { expect, test } from "vitest";
import { brevity } from "../../src/rewards/brevity.ts";
import { gate } from "../../src/rewards/gate.ts";
import { createRewards } from "../../src/rewards/weighted.ts";
import type { Reward } from "../../src/rewards/reward.ts";
import { answeredTask, textRollout } from "../fixtures/text-rollouts.ts";
import { rewardLaws } from "../laws/reward.laws.ts";

const { signal } = new AbortController();
const short = brevity.create({ target: 2, limit: 6 }, undefined);
const counting = (): Reward & { asked: number } => ({
  name: "words",
  range: [1, 3],
  asked: 0,
  score({ text }) {
    this.asked += 1;
    return Promise.resolve({ value: text.includes(" ") ? 3 : 1, parts: {} });
  },
});
const rollouts = ["", "one", "one two", "one two three", "one two three four five"].map((text, index) => ({
  ...textRollout(text, ""),
  tokens: new Int32Array(index + 1),
}));

rewardLaws(() => gate(short, counting(), { threshold: 0.5, otherwise: -1 }), rollouts);

test("the reward counts, and is asked, from the threshold on", async () => {
  const expensive = counting();
  const scores = await Promise.all(
    rollouts.map((rollout) => gate(short, expensive, { threshold: 0.5, otherwise: -1 }).score(rollout, signal)),
  );
  expect(scores).toEqual([
    { value: 1, parts: { condition: 1, passed: 1 } },
    { value: 1, parts: { condition: 1, passed: 1 } },
    { value: 3, parts: { condition: 0.75, passed: 1 } },
    { value: 3, parts: { condition: 0.5, passed: 1 } },
    { value: -1, parts: { condition: 0.25, passed: 0 } },
  ]);
  expect(expensive.asked).toBe(4);
});

test("the range holds what the gate gives when shut", () => {
  expect(gate(short, counting(), { threshold: 0.5, otherwise: -1 }).range).toEqual([-1, 3]);
  const { range: _, ...unknown } = counting();
  expect(gate(short, unknown, { threshold: 0.5, otherwise: -1 })).not.toHaveProperty("range");
});

test("both are prepared, and a value that is not a number is laid to its giver", async () => {
  const broken: Reward = {
    name: "broken",
    prepare: () => Promise.reject(new Error("no file")),
    score: () => Promise.resolve({ value: Number.NaN, parts: {} }),
  };
  for (const [condition, reward] of [
    [broken, short],
    [short, broken],
  ] as const) {
    const made = gate(condition, reward, { threshold: 0, otherwise: 0 });
    await expect(made.prepare?.()).rejects.toThrow("no file");
    await expect(made.score(rollouts[0]!, signal)).rejects.toThrow(/^reward broken: expected a finite number/);
  }
});

test("an experiment file has gates, also within products; their parts are seen in the sum", async () => {
  const gated = {
    type: "gate" as const,
    condition: { type: "brevity" as const, target: 2, limit: 6 },
    threshold: 0.5,
    reward: { type: "length" as const, target: 3, tolerance: 4, unit: "words" as const },
    otherwise: 0,
  };
  const sum = createRewards(
    [
      { ...gated, weight: 2 },
      { type: "product", rewards: [gated, { type: "brevity", target: 2, limit: 6 }] },
    ],
    { task: answeredTask, folder: "." },
  );
  expect(await sum.score(rollouts[2]!, signal)).toEqual({
    value: 2 * 0.75 + 0.75 * 0.75,
    parts: {
      gate: 0.75,
      "gate/condition": 0.75,
      "gate/passed": 1,
      product: 0.75 * 0.75,
      "product/gate": 0.75,
      "product/brevity": 0.75,
    },
  });
});
