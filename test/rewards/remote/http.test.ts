/** Tests of rewards over HTTP, against a real server. */
import { getEventListeners } from "node:events";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { ServerResponse } from "node:http";
import { httpReward } from "../../../src/rewards/remote/http.ts";
import { checked } from "../../../src/rewards/checked.ts";
import type { Reward } from "../../../src/rewards/reward.ts";
import { createRewards } from "../../../src/rewards/weighted.ts";
import type { Rollout } from "../../../src/rollouts/batches/rollout.ts";
import { arithmetic } from "../../../src/tasks/arithmetic/arithmetic.ts";
import { httpServer, json, startHttpServer, type Asked, type HttpServer } from "../../fixtures/http-server.ts";
import { rewardLaws, rolloutOf } from "../../laws/reward.laws.ts";

const task = arithmetic.create({ numbers: [3, 3], range: [1, 9], operators: "+-", train: 5, test: 1 }, { seed: 1 });
const rollouts = task.train.flatMap((prompt, index) =>
  ["", "12", "7+1=8"].map((text, sample): Rollout => ({ ...rolloutOf(task, prompt, text), order: { prompt: index, sample } })),
);
const { signal } = new AbortController();

interface Sent {
  readonly rollouts: readonly { readonly completion: string; readonly tokens: readonly number[] }[];
  readonly parameters?: unknown;
}

const sent = ({ document }: Asked): Sent => document as Sent;

/** Answers with the length of each completion. */
const lengths = (asked: Asked, response: ServerResponse): void => {
  if (asked.path === "/health") json(response, {});
  else json(response, { scores: sent(asked).rollouts.map(({ completion }) => completion.length) });
};

const rewardAt = (url: string, values: Partial<Parameters<typeof httpReward.create>[0]> = {}): Reward =>
  httpReward.create({ url: `${url}/score`, health: "/health", batch: 4, connections: 2, timeout: 10_000, ...values }, { task });

const scoreAll = (reward: Reward): Promise<number[]> =>
  Promise.all(rollouts.map(async (rollout) => (await reward.score(rollout, signal)).value));

afterEach(() => void vi.unstubAllEnvs());

describe("laws", () => {
  let server: HttpServer;
  beforeAll(async () => {
    server = await startHttpServer(lengths);
    return () => server.close();
  });
  rewardLaws(() => rewardAt(server.url), rollouts);
});

test("what is scored at the same time shares requests, and everyone gets the score of their own", async () => {
  const server = await httpServer(lengths);
  const reward = rewardAt(server.url, { parameters: { strict: true } });
  await reward.prepare?.();
  expect(await scoreAll(reward)).toEqual(rollouts.map(({ text }) => text.length));
  const [probe, ...requests] = server.asked;
  expect(probe?.path).toBe("/health");
  expect(requests.map((asked) => [asked.method, asked.path, sent(asked).rollouts.length])).toEqual([
    ["POST", "/score", 4],
    ["POST", "/score", 4],
    ["POST", "/score", 4],
    ["POST", "/score", 3],
  ]);
  expect(requests.every((asked) => JSON.stringify(sent(asked).parameters) === '{"strict":true}')).toBe(true);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("parts of a score become parts of the sum, under the reward's name", async () => {
  const server = await httpServer((asked, response) =>
    json(response, { scores: sent(asked).rollouts.map((_, k) => ({ value: k + 0.5, parts: { form: k } })) }),
  );
  const values = {
    type: "http",
    url: server.url,
    health: "",
    batch: 8,
    connections: 2,
    timeout: 10_000,
    weight: 2,
    name: "graded",
  } as const;
  const sum = createRewards([values], { task, folder: "." });
  await sum.prepare?.();
  const scores = await Promise.all(rollouts.slice(0, 2).map((rollout) => sum.score(rollout, signal)));
  expect(scores).toEqual([
    { value: 1, parts: { graded: 0.5, "graded/form": 0 } },
    { value: 3, parts: { graded: 1.5, "graded/form": 1 } },
  ]);
});

describe("before training starts", () => {
  test.each([
    ["a server that is ill", 503],
    ["a server without the path", 404],
  ])("%s is refused", async (_what, status) => {
    const server = await httpServer((_asked, response) => json(response, {}, status));
    await expect(rewardAt(server.url).prepare?.()).rejects.toThrow(`reward ${server.url}/health: expected status 200, got ${status}`);
    await rewardAt(server.url, { health: "" }).prepare?.();
    expect(server.asked).toHaveLength(1);
  });

  test("so is a server that is not there, an address that is none, a token that is missing, and a range that is turned round", async () => {
    await expect(rewardAt("http://127.0.0.1:1").prepare?.()).rejects.toThrow("expected an answer, got connect ECONNREFUSED");
    expect(() => rewardAt("nowhere")).toThrow('reward: expected an address that begins with http:// or https://, got "nowhere/score"');
    expect(() => rewardAt("http://127.0.0.1:1", { range: [1, 0] })).toThrow(
      "http reward: expected a range from its least to its greatest value",
    );
    vi.stubEnv("RETORT_TOKENS", "RETORT_NO_TOKEN@127.0.0.1:1");
    await expect(rewardAt("http://127.0.0.1:1", { tokenVariable: "RETORT_NO_TOKEN" }).prepare?.()).rejects.toThrow(
      "RETORT_NO_TOKEN, got nothing",
    );
    expect(rewardAt("http://127.0.0.1:1", { range: [0, 1] }).range).toEqual([0, 1]);
  });
});

test("the token is sent", async () => {
  vi.stubEnv("RETORT_TEST_TOKEN", "abc");
  const server = await httpServer(lengths);
  vi.stubEnv("RETORT_TOKENS", `RETORT_TEST_TOKEN@${new URL(server.url).host}`);
  await scoreAll(rewardAt(server.url, { tokenVariable: "RETORT_TEST_TOKEN" }));
  expect(server.asked.every(({ headers }) => headers.authorization === "Bearer abc")).toBe(true);
});

describe("answers that are no scores", () => {
  const failing = async (answer: (response: ServerResponse) => void): Promise<unknown> => {
    const server = await httpServer((_asked, response) => answer(response));
    return checked(rewardAt(server.url))
      .score(rollouts[1]!, signal)
      .then(
        () => undefined,
        (error: unknown) => error,
      );
  };

  test.each([
    ["too few", '{"scores":[]}', '{ "scores": [...] } with 1 scores, got {"scores":[]}'],
    ["too many", '{"scores":[1,2]}', '{ "scores": [...] } with 1 scores, got {"scores":[1,2]}'],
    ["no list", "[1]", '{ "scores": [...] } with 1 scores, got [1]'],
    ["null", '{"scores":[null]}', "a finite number, or { value, parts } of such, for prompt 0 sample 1, got null"],
    ["text", '{"scores":["1"]}', 'a finite number, or { value, parts } of such, for prompt 0 sample 1, got "1"'],
    ["infinity", '{"scores":[1e999]}', "a finite number, or { value, parts } of such, for prompt 0 sample 1, got Infinity"],
    ["NaN, which is no JSON", '{"scores":[NaN]}', 'JSON, got text/plain "{\\"scores\\":[NaN]}"'],
    ["cut off", '{"scores":[1', 'JSON, got text/plain "{\\"scores\\":[1"'],
  ])("%s: refused by name, and may be asked for again", async (_what, body, message) => {
    const error = await failing((response) => response.writeHead(200, { "content-type": "text/plain" }).end(body));
    expect(error).toMatchObject({ retryable: true });
    expect((error as Error).message).toMatch(
      /^reward http: expected a score for prompt 0 ".*", sample 1, got an error: reward http:\/\/127\.0\.0\.1:\d+\/score: /,
    );
    expect((error as Error).message).toContain(`/score: expected ${message}`);
  });

  test("a wrong score is that of its rollout alone", async () => {
    const server = await httpServer((asked, response) =>
      json(response, { scores: sent(asked).rollouts.map((_, k) => (k === 1 ? null : k)) }),
    );
    const reward = rewardAt(server.url);
    const settled = await Promise.allSettled(rollouts.slice(0, 4).map((rollout) => reward.score(rollout, signal)));
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
  });

  test("a failure is that of its rollout alone, and says whether to ask again", async () => {
    const server = await httpServer((asked, response) =>
      json(response, { scores: sent(asked).rollouts.map((_, k) => (k === 0 ? 1 : { error: `sorry ${k}`, retryable: k === 1 })) }),
    );
    const reward = rewardAt(server.url);
    const settled = await Promise.allSettled(rollouts.slice(0, 3).map((rollout) => reward.score(rollout, signal)));
    expect(settled).toMatchObject([
      { status: "fulfilled", value: { value: 1 } },
      { reason: { retryable: true, message: `reward ${server.url}/score: expected a score for prompt 0 sample 1, got "sorry 1"` } },
      { reason: { retryable: false } },
    ]);
  });

  test("an overloaded server's wish to wait is kept", async () => {
    expect(await failing((response) => json(response, {}, 429, { "retry-after": "3" }))).toMatchObject({
      retryable: true,
      retryAfter: 3000,
      status: 429,
    });
    expect(await failing((response) => json(response, {}, 400))).toMatchObject({ retryable: false, status: 400 });
  });
});

test("aborting reaches the socket", async () => {
  const controller = new AbortController();
  let gone: Promise<void> | undefined;
  const server = await httpServer((_asked, response) => {
    gone = new Promise((resolve) => response.once("close", resolve));
    controller.abort(new Error("enough"));
  });
  await expect(rewardAt(server.url).score(rollouts[0]!, controller.signal)).rejects.toThrow("enough");
  await gone;
});
