/** Tests of the reward for code that passes its tests. */
import { setMaxListeners } from "node:events";
import { afterAll, describe, expect, test } from "vitest";
import { code } from "../../src/rewards/code.ts";
import type { Reward } from "../../src/rewards/reward.ts";
import { arithmetic } from "../../src/tasks/arithmetic/arithmetic.ts";
import type { Task } from "../../src/tasks/task.ts";
import { rewardLaws, rolloutOf } from "../laws/reward.laws.ts";

const plain = arithmetic.create({ numbers: [3, 3], range: [1, 9], operators: "+-", train: 2, test: 1 }, { seed: 1 });
const javascript = ["assert.equal(double(2), 4)", "assert.equal(double(-1.5), -3)", "assert.deepEqual(double([1]), [1, 1])", "double()"];
const tested = (tests: readonly string[]): Task => ({
  ...plain,
  train: plain.train.map((prompt) => ({ ...prompt, tests })),
  test: plain.test.map((prompt) => ({ ...prompt, tests })),
});
const task = tested(javascript);
const defaults = { language: "javascript", source: "block", score: "share", time: 2000, memory: 64, sandboxes: 1 } as const;

const open: Reward[] = [];
const make = (changes: Partial<Parameters<typeof code.create>[0]> = {}): Reward => {
  const reward = code.create({ ...defaults, ...changes }, { task });
  open.push(reward);
  return reward;
};
afterAll(async () => {
  await Promise.all(open.map(async (reward) => reward.close?.()));
});

const { signal } = new AbortController();
setMaxListeners(0, signal); // Many scores wait for one signal.
const rollout = (text: string): Parameters<Reward["score"]>[0] => ({ ...rolloutOf(task, task.train[0]!, "1"), text });
const value = async (reward: Reward, text: string): Promise<number> => (await reward.score(rollout(text), signal)).value;

const right = "const double = (x) => (Array.isArray(x) ? [...x, ...x] : 2 * x);";
const half = "function double(x) { return 2 * x.valueOf(); }";
const block = (program: string): string => `It doubles:\n\n\`\`\`js\n${program}\n\`\`\`\n`;

rewardLaws(() => code.create(defaults, { task }), [rollout(block(right)), rollout(block(half)), rollout(right)]);

describe("Python", () => {
  const asked = {
    ...task,
    ...tested(["assert double(2) == 4", "assert double('a') == 'aa'", "import math\nassert double(math.inf) == math.inf"]),
  };
  const python = (): Reward => code.create({ ...defaults, language: "python", time: 20_000, memory: 128 }, { task: asked });
  const of = (text: string): Parameters<Reward["score"]>[0] => ({ ...rollout(text), prompt: asked.train[0]! });
  const rightly = "```python\ndef double(x):\n    return 2 * x\n```";
  const partly = "```py\ndef double(x):\n    return 2.0 * x\n```";

  rewardLaws(python, [of(rightly), of(block(right))]);

  test("the value is the share of the tests that pass", async () => {
    const reward = python();
    const scores = await Promise.all([rightly, partly, "```\nimport js\n```", "none"].map((text) => reward.score(of(text), signal)));
    expect(scores.map((score) => score.value)).toEqual([1, 2 / 3, 0, 0]);
    await reward.close?.();
  });
});

describe("the value", () => {
  test("is the share of the tests that pass", async () => {
    const reward = make();
    expect(await value(reward, block(right))).toBe(1);
    expect(await value(reward, block(half))).toBe(0.5);
    expect(await value(reward, block("const double = 3;"))).toBe(0);
    expect(await value(reward, block("const double = ("))).toBe(0);
  });

  test("or whether all of them do", async () => {
    const reward = make({ score: "all" });
    expect(await value(reward, block(right))).toBe(1);
    expect(await value(reward, block(half))).toBe(0);
  });

  test("is of the last block, or of all that was written", async () => {
    expect(await value(make(), right)).toBe(0);
    expect(await value(make(), block(half) + block(right))).toBe(1);
    expect(await value(make({ source: "completion" }), right)).toBe(1);
    expect(await value(make({ source: "completion" }), block(right))).toBe(0);
  });

  test("is the same whatever runs at the same time", async () => {
    const reward = make({ sandboxes: 3 });
    const texts = Array.from({ length: 24 }, (_, k) =>
      block(k % 3 === 0 ? right : k % 3 === 1 ? half : "for (;;) globalThis.a = [globalThis.a];"),
    );
    const values = await Promise.all(texts.map((text) => value(reward, text)));
    expect(values).toEqual(texts.map((_, k) => [1, 0.5, 0][k % 3]));
  });

  test("counts a test that takes too long as failed, and no other", async () => {
    const slow = "const double = (x) => { if (x === 2) for (;;); return Array.isArray(x) ? [...x, ...x] : 2 * x; };";
    expect(await value(make({ time: 500 }), block(slow))).toBe(0.75);
  });
});

test("stops with the signal, in the middle of a program, and continues with the next", async () => {
  const reward = make({ time: 600_000 });
  await reward.prepare?.();
  const stop = new AbortController();
  const score = reward.score(rollout(block("for (;;);")), stop.signal);
  const reason = new Error("enough");
  setTimeout(() => stop.abort(reason), 100);
  await expect(score).rejects.toBe(reason);
  expect(await value(reward, block(right))).toBe(1);
});

test("a task without tests is refused", () => {
  expect(() => code.create(defaults, { task: plain })).toThrow(
    /^code: expected a task whose prompts have tests, got none in arithmetic for "/,
  );
});
