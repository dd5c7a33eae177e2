/** Tests of rewards that are made of functions. */
import { Type } from "@sinclair/typebox";
import { describe, expect, test } from "vitest";
import { ownReward } from "../../../src/rewards/own/own-reward.ts";
import { reward, type RewardFunction } from "../../../src/rewards/own/reward-function.ts";
import { smallTask } from "../../fixtures/recipes.ts";
import { rewardLaws, rolloutOf } from "../../laws/reward.laws.ts";

const task = smallTask();
const context = { task, folder: "here" };
const rollouts = task.train.slice(0, 3).flatMap((prompt) => ["", "1", "12"].map((text) => rolloutOf(task, prompt, text)));
const { signal } = new AbortController();

describe("of a function", () => {
  rewardLaws(() => ownReward(({ completion }) => completion.length % 7, { name: "own", context }), rollouts);
});

describe("of a function of batches", () => {
  rewardLaws(
    () =>
      ownReward(
        reward.batch(async (all) => all.map(({ completion }) => completion.length % 7)),
        { name: "own", context },
      ),
    rollouts,
  );
});

test("a function gets the example, and beside it parameters, signal, task, folder and the rollout", async () => {
  const seen: unknown[] = [];
  const own: RewardFunction = (example, call) => {
    seen.push(example.completion, call);
    return 1;
  };
  const made = ownReward(own, { name: "own", parameters: { a: 1 }, context });
  await made.score(rollouts[1]!, signal);
  expect(seen).toEqual(["1", { parameters: { a: 1 }, signal, task, folder: "here", rollout: rollouts[1] }]);
});

test("completions that are scored at the same time are one batch, in their order", async () => {
  const batches: string[][] = [];
  const made = ownReward(
    reward.batch<{ add: number }>((examples, { parameters, rollouts: all }) => {
      batches.push(examples.map(({ completion }) => completion));
      return all.map(({ text }) => text.length + parameters.add);
    }),
    { name: "own", parameters: { add: 10 }, context },
  );
  const scores = await Promise.all(rollouts.slice(0, 3).map((rollout) => made.score(rollout, signal)));
  expect(scores.map(({ value }) => value)).toEqual([10, 11, 12]);
  expect(batches).toEqual([["", "1", "12"]]);
});

test.each<[unknown, string]>([
  [[1], "expected 3 numbers, one for each example, got 1"],
  [7, "expected 3 numbers, one for each example, got number"],
])("a batch that gets %j is refused", async (answer, message) => {
  const made = ownReward(
    reward.batch(() => answer as number[]),
    { name: "own", context },
  );
  const scores = await Promise.allSettled(rollouts.slice(0, 3).map((rollout) => made.score(rollout, signal)));
  expect(scores.map((one) => (one.status === "rejected" ? String(one.reason) : one.value))).toEqual(
    Array(3).fill(`TypeError: reward own: ${message}`),
  );
});

test("parameters are those of the schema, with their defaults", async () => {
  const defined = reward({
    parameters: Type.Object({ factor: Type.Number({ default: 3 }) }),
    score: ({ tokens }, { parameters: { factor } }) => factor * tokens.length,
  });
  expect(await ownReward(defined, { name: "own", context }).score(rollouts[1]!, signal)).toEqual({ value: 6, parts: {} });
  expect(() => ownReward(defined, { name: "own", parameters: { facto: 1 }, context })).toThrow(
    'reward own: its parameters do not fit: expected one of factor, got "facto"',
  );
});

test("a function of the form of earlier versions is refused, with how it is written now", async () => {
  const old = (_rollout: unknown, _context: unknown, _parameters: unknown): number => 1;
  expect(() => ownReward(old as unknown as RewardFunction, { name: "own", context })).toThrow(
    "reward own: expected a function of (example, { parameters, signal }), got one of 3 parameters; the completion's text is now",
  );
  const reads = ((rollout: { readonly text: string }) => rollout.text.length) as unknown as RewardFunction;
  await expect(ownReward(reads, { name: "own", context }).score(rollouts[0]!, signal)).rejects.toThrow(
    'got "text"; the completion\'s text is "completion"',
  );
});
