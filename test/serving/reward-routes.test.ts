/** Tests of served rewards: over a real socket, in a real thread. */
import { beforeAll, describe, expect, test } from "vitest";
import { jsonClient, type JsonClient } from "../../src/remote/client.ts";
import { serveJson, type JsonServer } from "../../src/remote/server.ts";
import { wireRollout } from "../../src/rewards/remote/wire.ts";
import type { RewardHandlers } from "../../src/rewards/reward-worker.ts";
import { createRewards } from "../../src/rewards/weighted.ts";
import { connect } from "../../src/workers/connect.ts";
import { rewardRoutes } from "../../src/serving/reward-routes.ts";
import { bytesOf, comparable, recipe, smallTask, taskValues, trained, weightsOf } from "../fixtures/recipes.ts";
import { rolloutOf } from "../laws/reward.laws.ts";

const { signal } = new AbortController();
const task = smallTask();
const folder = "test/fixtures";
const rewards = [
  { type: "exact-match", correct: 1, incorrect: 0, weight: 2 },
  { type: "brevity", target: 2, limit: 6, weight: 0.5 },
  { module: "rewards/length.mjs", weight: 0.25 },
] as const;
const rollouts = task.train.slice(0, 4).flatMap((prompt) => [prompt.reference, "", "12"].map((text) => rolloutOf(task, prompt, text)));

let server: JsonServer;
let client: JsonClient;
beforeAll(async () => {
  const thread = connect<RewardHandlers>(new URL("../../src/rewards/reward-worker.ts", import.meta.url));
  await thread.call("open", { rewards, task: taskValues, taskSeed: 5, folder });
  server = await serveJson(rewardRoutes(thread), { port: 0 });
  client = jsonClient({ name: "test", url: server.url });
  return async () => {
    await client.close();
    await server.close(0);
    await thread.close();
  };
});

test("are the local ones, with their parts", async () => {
  const local = createRewards(rewards, { task, folder });
  const expected = await Promise.all(rollouts.map((rollout) => local.score(rollout, signal)));
  await client.probe("/health", signal);
  const answer = await client.post("/score", { rollouts: rollouts.map((rollout) => wireRollout(rollout, true)) }, signal);
  expect(answer).toEqual({ scores: expected });
});

test("teach what they teach here, bit by bit", async () => {
  const http = {
    type: "http",
    url: `${server.url}/score`,
    health: "/health",
    batch: 3,
    connections: 2,
    timeout: 60_000,
    name: "total",
  } as const;
  const [here, there] = [await trained(recipe({ rewards })), await trained(recipe({ rewards: [http] }))];
  expect(bytesOf(weightsOf(there))).toEqual(bytesOf(weightsOf(here)));
  const rewarded = (reports: typeof here): unknown =>
    comparable(reports).flatMap((report) => {
      const { metrics = {} } = report as { metrics?: Record<string, number> };
      return Object.entries(metrics).flatMap(([name, value]) =>
        name.startsWith("reward") ? [[name.replace("reward/total/", "reward/"), value]] : [],
      );
    });
  const withoutTotal = (rewarded(there) as [string, number][]).filter(([name]) => name !== "reward/total");
  expect(withoutTotal).toEqual(rewarded(here));
});

describe("refusals", () => {
  test.each([
    [{}, "/rollouts: "],
    [{ rollouts: [{}] }, "/rollouts/0/prompt: "],
    [{ rollouts: [{ ...wireRollout(rollouts[0]!, true), tokens: [1.5] }] }, "/rollouts/0/tokens/0: "],
    [{ rollouts: [], parameters: { strict: true } }, "/parameters/strict: "],
  ])("%j", async (body, message) => {
    await expect(client.post("/score", body, signal)).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining(message) as string,
    });
  });

  test("a rollout that cannot be scored fails alone", async () => {
    const thread = connect<RewardHandlers>(new URL("../../src/rewards/reward-worker.ts", import.meta.url));
    await thread.call("open", { rewards: [{ module: "rewards/sour.mjs" }], task: taskValues, taskSeed: 5, folder });
    const [route] = rewardRoutes(thread).slice(1);
    const sent = rollouts.slice(0, 2).map((rollout) => wireRollout(rollout, true));
    const answer = await route!.answer(JSON.parse(JSON.stringify({ rollouts: sent })), signal);
    await thread.close();
    expect(answer).toMatchObject({
      scores: [
        { value: 1 },
        {
          error: expect.stringMatching(/^reward sour: expected a score for .* got an error: empty \(at sour\.mjs:\d+:\d+\)$/) as string,
          retryable: false,
        },
      ],
    });
  });
});
