/** Tests of the check that every reward passes through. */
import { describe, expect, test } from "vitest";
import { checked } from "../../src/rewards/checked.ts";
import type { Reward } from "../../src/rewards/reward.ts";
import { arithmetic } from "../../src/tasks/arithmetic/arithmetic.ts";
import { rewardLaws, rolloutOf } from "../laws/reward.laws.ts";

const task = arithmetic.create({ numbers: [3, 3], range: [1, 9], operators: "+-", train: 3, test: 1 }, { seed: 1 });
const rollouts = task.train.flatMap((prompt) => ["1", "12", "123"].map((text) => rolloutOf(task, prompt, text)));
const [rollout] = rollouts;
if (rollout === undefined) throw new Error("expected a rollout");
const where = `prompt 0 ${JSON.stringify(rollout.prompt.text)}, sample 0`;
const { signal } = new AbortController();

const length: Reward = {
  name: "length",
  score: ({ tokens }) => Promise.resolve({ value: tokens.length, parts: { tokens: tokens.length } }),
};
const giving = (value: unknown): Reward => ({ name: "odd", score: () => Promise.resolve({ value: value as number, parts: {} }) });

rewardLaws(() => checked(length), rollouts);

test("scores pass unchanged, under the name given", async () => {
  expect(await checked(length).score(rollout, signal)).toEqual({ value: 2, parts: { tokens: 2 } });
  expect([checked(length).name, checked(length, "tokens").name]).toEqual(["length", "tokens"]);
});

describe("a value that is not a finite number", () => {
  test.each([
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "Infinity"],
    [Number.NEGATIVE_INFINITY, "-Infinity"],
    [undefined, "undefined"],
    [null, "null"],
    ["1", 'string "1"'],
    [true, "boolean [object Boolean]"],
    [{ value: 1 }, "object [object Object]"],
  ])("%s is refused", async (value, got) => {
    await expect(checked(giving(value), "mine").score(rollout, signal)).rejects.toThrow(
      new RangeError(`reward mine: expected a finite number for ${where}, got ${got}`),
    );
  });
});

describe("an error of a reward", () => {
  const cause = new TypeError("no such word");

  test.each([
    ["rejected", () => Promise.reject(cause)],
    [
      "thrown",
      () => {
        throw cause;
      },
    ],
  ])("that was %s is named and kept as cause", async (_how, score) => {
    const failure: unknown = await checked({ name: "odd", score })
      .score(rollout, signal)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(failure).toMatchObject({ message: `reward odd: expected a score for ${where}, got an error: no such word`, cause });
  });
});

describe("abort", () => {
  const reason = new Error("enough");

  test("before the score keeps the reward from being asked", async () => {
    const controller = new AbortController();
    controller.abort(reason);
    let asked = 0;
    const counting: Reward = { name: "counting", score: () => Promise.resolve({ value: (asked += 1), parts: {} }) };
    await expect(checked(counting).score(rollout, controller.signal)).rejects.toBe(reason);
    expect(asked).toBe(0);
  });

  test("during the score rejects at once, even where the reward never answers", async () => {
    const controller = new AbortController();
    const endless: Reward = { name: "endless", score: () => new Promise(() => {}) };
    const score = checked(endless).score(rollout, controller.signal);
    controller.abort(reason);
    await expect(score).rejects.toBe(reason);
  });

  test("that the reward answers with its own error still gives the reason", async () => {
    const controller = new AbortController();
    const failing: Reward = {
      name: "failing",
      score: (_rollout, given) =>
        new Promise((_resolve, reject) => {
          given.addEventListener("abort", () => {
            reject(new Error("interrupted"));
          });
        }),
    };
    const score = checked(failing).score(rollout, controller.signal);
    controller.abort(reason);
    await expect(score).rejects.toBe(reason);
  });
});

test("prepare is the reward's own, and may be missing", async () => {
  await expect(checked(length).prepare?.()).resolves.toBeUndefined();
  const unready: Reward = { ...length, prepare: () => Promise.reject(new Error("no file")) };
  await expect(checked(unready).prepare?.()).rejects.toThrow("no file");
});
