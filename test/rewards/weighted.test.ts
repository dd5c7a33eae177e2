/** Tests of weighted sums of rewards, and of a file's list of rewards. */
import { moduleKeywordDefinition } from "../../src/plugins/module-keyword.ts";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { brevity } from "../../src/rewards/brevity.ts";
import { exactMatch } from "../../src/rewards/exact-match.ts";
import { rewards } from "../../src/rewards/index.ts";
import { reward, type RewardFunction } from "../../src/rewards/own/reward-function.ts";
import type { Reward } from "../../src/rewards/reward.ts";
import { createRewards, rangesOf, weighted } from "../../src/rewards/weighted.ts";
import { arithmetic } from "../../src/tasks/arithmetic/arithmetic.ts";
import { rewardLaws, rolloutOf } from "../laws/reward.laws.ts";

const task = arithmetic.create({ numbers: [3, 3], range: [1, 9], operators: "+-", train: 5, test: 1 }, { seed: 1 });
const context = { task, folder: import.meta.dirname };
const rollouts = task.train.flatMap((prompt) => [rolloutOf(task, prompt, prompt.reference), rolloutOf(task, prompt, "1")]);
const { signal } = new AbortController();

const match = exactMatch.create({ correct: 1, incorrect: 0 }, { task });
const short = brevity.create({ target: 4, limit: 100 }, undefined);

rewardLaws(
  () =>
    weighted([
      { reward: match, weight: 2 },
      { reward: short, weight: -0.5 },
    ]),
  rollouts,
);

describe("weighted", () => {
  test("adds weighted values and keeps the parts without their weights", async () => {
    const sum = weighted([
      { reward: match, weight: 2 },
      { reward: short, weight: -0.5 },
    ]);
    for (const rollout of rollouts) {
      const [right, brief] = [(await match.score(rollout, signal)).value, (await short.score(rollout, signal)).value];
      const score = await sum.score(rollout, signal);
      expect(score.value).toBeCloseTo(2 * right - 0.5 * brief, 14);
      expect(score.parts).toEqual({ "exact-match": right, brevity: brief });
    }
  });

  test("is a reward, so sums can be nested", async () => {
    const inner = weighted([{ reward: match, weight: 3 }], "inner");
    const outer = weighted([
      { reward: inner, weight: 2 },
      { reward: short, weight: 0 },
    ]);
    const [rollout] = rollouts;
    if (rollout === undefined) throw new Error("expected a rollout");
    expect(await outer.score(rollout, signal)).toEqual({ value: 6, parts: { inner: 3, "inner/exact-match": 1, brevity: 0.875 } });
  });

  test("asks all at the same time", async () => {
    const [rollout] = rollouts;
    if (rollout === undefined) throw new Error("expected a rollout");
    let release: () => void = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const waiting: Reward = { name: "waiting", score: () => released.then(() => ({ value: 1, parts: {} })) };
    const releasing: Reward = {
      name: "releasing",
      score() {
        release();
        return Promise.resolve({ value: 1, parts: {} });
      },
    };
    const sum = weighted([
      { reward: waiting, weight: 1 },
      { reward: releasing, weight: 1 },
    ]);
    expect((await sum.score(rollout, signal)).value).toBe(2);
  });

  test("names the member whose value is not a number, and the sum when it overflows", async () => {
    const [rollout] = rollouts;
    if (rollout === undefined) throw new Error("expected a rollout");
    const giving = (name: string, value: number): Reward => ({ name, score: () => Promise.resolve({ value, parts: {} }) });
    await expect(weighted([{ reward: giving("broken", Number.NaN), weight: 0 }]).score(rollout, signal)).rejects.toThrow(
      /^reward broken: expected a finite number for prompt 0 .*, got NaN/,
    );
    await expect(weighted([{ reward: giving("large", 1e308), weight: 10 }]).score(rollout, signal)).rejects.toThrow(
      /^reward total: expected a finite number for prompt 0 .*, got Infinity/,
    );
  });

  test("refuses no rewards, odd weights and repeated names", () => {
    expect(() => weighted([])).toThrow(new RangeError("reward total: expected at least one reward, got none"));
    expect(() => weighted([{ reward: match, weight: Number.NaN }])).toThrow("reward exact-match: expected a finite weight, got NaN");
    expect(() =>
      weighted([
        { reward: match, weight: 1 },
        { reward: match, weight: 2 },
      ]),
    ).toThrow(
      new RangeError('rewards: expected different names, got exact-match twice; give one of them another, such as "name": "exact-match-2"'),
    );
  });
});

describe("createRewards", () => {
  test("makes the sum that a file asks for, with names and weights", async () => {
    const [rollout] = rollouts;
    if (rollout === undefined) throw new Error("expected a rollout");
    const sum = createRewards(
      [
        { type: "exact-match", correct: 1, incorrect: 0 },
        { type: "brevity", target: 1, limit: 2, weight: 5 },
        { type: "brevity", target: 99, limit: 100, weight: 0.25, name: "very-short" },
      ],
      context,
    );
    expect(await sum.score(rollout, signal)).toEqual({ value: 1.25, parts: { "exact-match": 1, brevity: 0, "very-short": 1 } });
  });

  test("takes functions, what they are defined by, and rewards, inline", async () => {
    const [rollout] = rollouts;
    const long: RewardFunction = ({ completion }) => completion.length;
    const sum = createRewards(
      [
        { type: "exact-match", correct: 1, incorrect: 0 },
        long,
        () => 5,
        { reward: reward.batch((all) => all.map(() => 3)), name: "three", weight: 2 },
        { reward: (_example, { parameters }) => Number(parameters["value"]), name: "given", parameters: { value: 7 }, weight: 0 },
        { reward: { name: "own", score: () => Promise.resolve({ value: 4, parts: {} }) } },
      ],
      { task },
    );
    const length = rollout!.text.length;
    expect(await sum.score(rollout!, signal)).toEqual({
      value: 1 + length + 5 + 6 + 4,
      parts: { "exact-match": 1, long: length, inline: 5, three: 3, given: 7, own: 4 },
    });
    expect(() => createRewards([() => 1, () => 2], { task })).toThrow("expected different names, got inline twice");
  });

  test("closes its members", async () => {
    const closed: string[] = [];
    const member = (name: string): Reward => ({
      name,
      score: () => Promise.resolve({ value: 1, parts: {} }),
      close() {
        closed.push(name);
        return Promise.resolve();
      },
    });
    await weighted([match, member("a"), member("b")].map((reward) => ({ reward, weight: 1 }))).close?.();
    expect(closed).toEqual(["a", "b"]);
  });

  test("makes its members at once: a module that exports no reward is refused before anything is scored", () => {
    expect(() => createRewards([{ module: "../fixtures/rewards/not-a-function.ts" }], context)).toThrow(/to export a reward by default/u);
  });
});

test("ranges are those that the rewards of a list state, by their names in it", () => {
  const ranges = rangesOf(
    [
      { type: "exact-match", correct: -1, incorrect: 0.5 },
      { type: "brevity", target: 1, limit: 2, weight: 5, name: "short" },
      { type: "well-formed" },
      { module: "../fixtures/rewards/length.mjs" },
      { module: "../fixtures/rewards/length.mjs", name: "bounded", range: [0, 9] },
    ],
    context,
  );
  expect(ranges).toEqual({ "exact-match": [-1, 0.5], short: [0, 1], "well-formed": [0, 1], bounded: [0, 9] });
});

test("the schema fills in defaults and refuses unknown keys", () => {
  const validate = new Ajv({
    discriminator: true,
    keywords: [moduleKeywordDefinition],
    strict: true,
    useDefaults: true,
    allErrors: true,
  }).compile(rewards.schema);
  const values = { type: "exact-match" };
  expect(validate(values)).toBe(true);
  expect(values).toEqual({ type: "exact-match", correct: 1, incorrect: 0, weight: 1 });
  expect(validate({ module: "reward.ts", words: ["a"], depth: { any: 1 }, name: "mine" })).toBe(true);
  for (const wrong of [
    { type: "exact" },
    { module: "" },
    { module: "reward.ts", range: [0] },
    { module: "reward.ts", range: [0, 1, 2] },
    { type: "brevity" },
    { type: "well-formed", wieght: 1 },
    { type: "well-formed", name: "" },
  ]) {
    expect(validate(wrong)).toBe(false);
  }
});
