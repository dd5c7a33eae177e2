/** Tests of rewards from a user's own modules. */
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { rewards } from "../../src/rewards/index.ts";
import { arithmetic } from "../../src/tasks/arithmetic/arithmetic.ts";
import { rewardLaws, rolloutOf } from "../laws/reward.laws.ts";

const task = arithmetic.create({ numbers: [3, 3], range: [1, 9], operators: "+-", train: 5, test: 1 }, { seed: 1 });
const folder = fileURLToPath(new URL("../fixtures/rewards", import.meta.url));
const context = { task, folder };
const rollouts = task.train.flatMap((prompt) => ["", "12", "1+", "+-=#", "7+1=8"].map((text) => rolloutOf(task, prompt, text)));
const { signal } = new AbortController();

describe.each(["digits.ts", "length.mjs", "length.cjs", "defined.ts"])("%s", (path) => {
  rewardLaws(() => rewards.create({ module: path }, context), rollouts);
});

test("a TypeScript module with imports of its own gets the example and parameters", async () => {
  const reward = rewards.create({ module: "./digits.ts", factor: 10 }, context);
  expect(reward.name).toBe("digits");
  const values = await Promise.all(rollouts.slice(0, 5).map(async (rollout) => (await reward.score(rollout, signal)).value));
  expect(values).toEqual([0, 10, 5, 0, 6]);
});

test("the path is resolved from the folder of the experiment file", async () => {
  const [rollout] = rollouts;
  if (rollout === undefined) throw new Error("expected a rollout");
  const reward = rewards.create({ module: "rewards/length.mjs" }, { task, folder: fileURLToPath(new URL("../fixtures", import.meta.url)) });
  expect((await reward.score(rollout, signal)).value).toBe(1);
});

test("the signal reaches the module", async () => {
  const [rollout] = rollouts;
  if (rollout === undefined) throw new Error("expected a rollout");
  const reason = new Error("enough");
  await expect(rewards.create({ module: "digits.ts" }, context).score(rollout, AbortSignal.abort(reason))).rejects.toBe(reason);
});

test("what a module throws says the line that threw it", async () => {
  const reward = rewards.create({ module: "sour.mjs" }, context);
  await expect(reward.score(rollouts[0]!, signal)).rejects.toThrow(/\(at sour\.mjs:\d+:\d+\)$/u);
});

describe("refusals", () => {
  const make = (module: string, more: object = {}) => rewards.create({ module, ...more }, context);

  test.each<[string, object, RegExp]>([
    ["defined.ts", { factr: 3 }, /^reward: must have|^reward: .*must NOT have additional properties/u],
    ["digits.ts", { range: [1, 0] }, /^module reward: expected a range from its least to its greatest value, got \[1, 0\]/u],
    ["absent.ts", {}, /expected a module at .*absent\.ts, got nothing/u],
    [".", {}, /expected a module at .*, got something else/u],
    [
      "not-a-function.ts",
      {},
      /not-a-function\.ts to export a reward by default, got nothing; write "export default \(\{ prompt, completion \}\)/u,
    ],
    ["broken.ts", {}, /broken\.ts, got an error while loading it: missing dictionary/u],
  ])("%s with %j, before anything is scored", (path, more, message) => {
    expect(() => make(path, more)).toThrow(message);
  });

  test("a range that fits is the reward's", () => {
    expect(make("digits.ts", { range: [1, 1] }).range).toEqual([1, 1]);
  });
});
