/** Tests of rewards from a user's own modules. */
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { checked } from "../../src/rewards/checked.ts";
import { moduleReward } from "../../src/rewards/module.ts";
import { arithmetic } from "../../src/tasks/arithmetic/arithmetic.ts";
import { rewardLaws, rolloutOf } from "../laws/reward.laws.ts";

const task = arithmetic.create({ numbers: [3, 3], range: [1, 9], operators: "+-", train: 5, test: 1 }, { seed: 1 });
const folder = fileURLToPath(new URL("../fixtures/rewards", import.meta.url));
const context = { task, folder };
const rollouts = task.train.flatMap((prompt) => ["", "12", "1+", "+-=#", "7+1=8"].map((text) => rolloutOf(task, prompt, text)));
const { signal } = new AbortController();

describe.each(["digits.ts", "length.mjs", "length.cjs", "defined.ts"])("%s", (path) => {
  rewardLaws(() => moduleReward.create({ path }, context), rollouts);
});

test("a TypeScript module with imports of its own gets the example and parameters", async () => {
  const reward = moduleReward.create({ path: "./digits.ts", parameters: { factor: 10 } }, context);
  expect(reward.name).toBe("digits");
  const values = await Promise.all(rollouts.slice(0, 5).map(async (rollout) => (await reward.score(rollout, signal)).value));
  expect(values).toEqual([0, 10, 5, 0, 6]);
});

test("the path is resolved from the folder of the experiment file", async () => {
  const [rollout] = rollouts;
  if (rollout === undefined) throw new Error("expected a rollout");
  const reward = moduleReward.create(
    { path: "rewards/length.mjs" },
    { task, folder: fileURLToPath(new URL("../fixtures", import.meta.url)) },
  );
  expect((await reward.score(rollout, signal)).value).toBe(1);
});

test("the signal reaches the module", async () => {
  const [rollout] = rollouts;
  if (rollout === undefined) throw new Error("expected a rollout");
  const reason = new Error("enough");
  await expect(moduleReward.create({ path: "digits.ts" }, context).score(rollout, AbortSignal.abort(reason))).rejects.toBe(reason);
});

describe("refusals", () => {
  test("parameters that the module's schema does not have, before the first score", async () => {
    const reward = moduleReward.create({ path: "defined.ts", parameters: { factr: 3 } }, context);
    await expect(reward.prepare?.()).rejects.toThrow(
      new RangeError('reward defined: its parameters do not fit: expected one of factor, got "factr"'),
    );
  });

  test("a range that is turned round", () => {
    expect(() => moduleReward.create({ path: "digits.ts", range: [1, 0] }, context)).toThrow(
      new RangeError("module reward: expected a range from its least to its greatest value, got [1, 0]"),
    );
    expect(moduleReward.create({ path: "digits.ts", range: [1, 1] }, context).range).toEqual([1, 1]);
  });

  test.each([
    ["absent.ts", "nothing"],
    [".", "something else"],
  ])("%s before anything is loaded", (path, got) => {
    expect(() => moduleReward.create({ path }, context)).toThrow(RangeError);
    expect(() => moduleReward.create({ path }, context)).toThrow(
      `expected a file at "${path}" from the folder of the experiment file, got ${got} at ${folder}`,
    );
  });

  test("a module without a function, by prepare and by score", async () => {
    const [rollout] = rollouts;
    if (rollout === undefined) throw new Error("expected a rollout");
    const reward = moduleReward.create({ path: "not-a-function.ts" }, context);
    const message = /not-a-function\.ts to export a function by default, got object; write "export default/;
    await expect(reward.prepare?.()).rejects.toThrow(TypeError);
    await expect(reward.prepare?.()).rejects.toThrow(message);
    await expect(checked(reward).score(rollout, signal)).rejects.toThrow(message);
  });

  test("a module that throws while it is loaded", async () => {
    const reward = moduleReward.create({ path: "broken.ts" }, context);
    const failure: unknown = await reward.prepare?.().catch((error: unknown) => error);
    expect(failure).toMatchObject({
      message: `module reward: expected a module at ${folder}/broken.ts, got an error while loading it: missing dictionary`,
      cause: { message: "missing dictionary" },
    });
  });
});
