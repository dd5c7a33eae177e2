/** Tests of products of rewards. */
import { describe, expect, test } from "vitest";
import { brevity } from "../../src/rewards/brevity.ts";
import { rewards } from "../../src/rewards/index.ts";
import { length } from "../../src/rewards/length.ts";
import { product } from "../../src/rewards/product.ts";
import type { Reward, RewardRange } from "../../src/rewards/reward.ts";
import { answeredTask, textRollout } from "../fixtures/text-rollouts.ts";
import { rewardLaws } from "../laws/reward.laws.ts";

const { signal } = new AbortController();
const short = brevity.create({ target: 2, limit: 6 }, undefined);
const words = length.create({ target: 2, tolerance: 3, unit: "words" }, undefined);
const rollouts = ["", "one", "one two", "one two three", "one two three four five"].map((text, index) => ({
  ...textRollout(text, ""),
  tokens: new Int32Array(index + 1),
}));

rewardLaws(() => product([short, words]), rollouts);

test("multiplies, and keeps its members' values as parts", async () => {
  for (const rollout of rollouts) {
    const [a, b] = [(await short.score(rollout, signal)).value, (await words.score(rollout, signal)).value];
    expect(await product([short, words]).score(rollout, signal)).toEqual({ value: a * b, parts: { brevity: a, length: b } });
  }
});

describe("the range", () => {
  const ranging = (name: string, range?: RewardRange): Reward => ({
    name,
    ...(range === undefined ? {} : { range }),
    score: () => Promise.resolve({ value: 1, parts: {} }),
  });

  test.each([
    [
      [0, 1],
      [0, 1],
      [0, 1],
    ],
    [
      [-2, 1],
      [-3, 4],
      [-8, 6],
    ],
    [
      [-2, -1],
      [3, 4],
      [-8, -3],
    ],
  ] as const)("of %j and %j is %j", (one, other, expected) => {
    expect(product([ranging("a", one), ranging("b", other)]).range).toEqual(expected);
  });

  test("is not known when a member's is not", () => {
    expect(product([ranging("a", [0, 1]), ranging("b")])).not.toHaveProperty("range");
  });
});

test("prepares its members, and names the one that fails", async () => {
  const broken: Reward = {
    name: "broken",
    prepare: () => Promise.reject(new Error("no file")),
    score: () => Promise.resolve({ value: Number.NaN, parts: {} }),
  };
  await expect(product([short, broken]).prepare?.()).rejects.toThrow("no file");
  await expect(product([short, broken]).score(rollouts[0]!, signal)).rejects.toThrow(/^reward broken: expected a finite number/);
});

test("fewer than two members and repeated names are refused", () => {
  expect(() => product([short])).toThrow(new RangeError("product: expected at least two rewards, got 1"));
  expect(() => product([short, short])).toThrow("rewards: expected different names, got brevity twice");
});

test("an experiment file names its members", async () => {
  const reward = rewards.create(
    {
      type: "product",
      rewards: [
        { type: "brevity", target: 2, limit: 6 },
        { type: "brevity", target: 1, limit: 11, name: "very-short" },
      ],
    },
    { task: answeredTask, folder: "." },
  );
  expect(await reward.score(rollouts[3]!, signal)).toEqual({ value: 0.5 * 0.7, parts: { brevity: 0.5, "very-short": 0.7 } });
});
