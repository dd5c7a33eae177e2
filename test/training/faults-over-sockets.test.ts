/** Tests of a reward's server that fails, over real sockets: each of 1,000 rollouts comes out exactly once, with its score or as dropped. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { lastValueFrom, tap } from "rxjs";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { ordered } from "../../src/rollouts/batches/order.ts";
import { route } from "../../src/rollouts/scoring/router.ts";
import type { ScoredRollout } from "../../src/rollouts/scoring/scorer.ts";
import type { RewardScore } from "../../src/rewards/reward.ts";
import { withinDropLimits } from "../../src/training/batch/drop-limits.ts";
import { openRewards } from "../../src/training/threads/scorers.ts";
import type { ScoringSettings } from "../../src/training/recipe/scoring-settings.ts";
import { ThreadGroup } from "../../src/training/threads/thread-group.ts";
import { httpServer, json, type Asked } from "../fixtures/http-server.ts";
import { recipe } from "../fixtures/recipes.ts";
import { chunksOf, rolloutGrid } from "../fixtures/rollouts.ts";
import { openThreads, threadsEnded } from "../fixtures/threads.ts";

const rollouts = rolloutGrid(125, 8);
const values = rollouts.map((rollout, index) => rollout.tokens.length + index / 7);

interface Sent {
  readonly rollouts: readonly { readonly index: number; readonly sample: number; readonly tokens: readonly number[] }[];
}
const indexes = ({ document }: Asked): number[] => (document as Sent).rollouts.map(({ index, sample }) => index * 8 + sample);
const scores = (asked: Asked): number[] => indexes(asked).map((index) => values[index]!);

type Fault = (response: ServerResponse, asked: Asked) => void;

/** How a server can answer wrongly, and what is said of it. */
const faults: Readonly<Record<string, readonly [fault: Fault, error: RegExp]>> = {
  "a connection reset before an answer": [(response) => response.destroy(), /expected an answer, got /u],
  "a connection reset in mid-body": [
    (response, asked) => {
      const body = JSON.stringify({ scores: scores(asked) });
      response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
      response.write(body.slice(0, 20), () => response.socket?.resetAndDestroy());
    },
    /expected an answer, got /u,
  ],
  "429 with Retry-After": [(response) => json(response, { error: "slowly" }, 429, { "retry-after": "1" }), /expected status 200, got 429/u],
  "503 with a date in Retry-After": [
    (response) => json(response, {}, 503, { "retry-after": new Date(Date.now() + 2000).toUTCString() }),
    /expected status 200, got 503/u,
  ],
  "500 without a word": [(response) => response.writeHead(500).end(), /expected status 200, got 500/u],
  "no answer at all": [() => undefined, /expected an answer within 500 ms, got none/u],
  "malformed JSON": [(response) => response.writeHead(200).end('{"scores": [1, 2,'), /expected JSON, got /u],
  "a page": [
    (response) => response.writeHead(200, { "content-type": "text/html" }).end("<h1>Hello</h1>"),
    /expected JSON, got text\/html/u,
  ],
  "too few scores": [(response, asked) => json(response, { scores: scores(asked).slice(1) }), /with \d+ scores/u],
  "too many scores": [(response, asked) => json(response, { scores: [...scores(asked), 1] }), /with \d+ scores/u],
  "NaN as a score": [
    (response, asked) => response.writeHead(200).end(`{"scores": [${scores(asked).fill(Number.NaN).join()}]}`),
    /expected JSON, got /u,
  ],
  "null as a score": [(response, asked) => json(response, { scores: scores(asked).fill(Number.NaN) }), /a finite number.* got null/u],
  "infinity as a score": [
    (response, asked) =>
      response.writeHead(200).end(
        `{"scores": [${scores(asked)
          .map(() => "1e999")
          .join()}]}`,
      ),
    /a finite number.* got Infinity/u,
  ],
};

const started: ThreadGroup[] = [];

const scoredBy = async (
  url: string,
  changes: Partial<ScoringSettings["reward"]> = {},
  told: (count: number) => void = () => undefined,
): Promise<readonly ScoredRollout<{ reward: RewardScore }>[]> => {
  const standard = recipe().scoring;
  const threads = new ThreadGroup();
  started.push(threads);
  const given = recipe({
    rewards: [{ type: "http", url: `${url}/score`, health: "/health", batch: 25, connections: 4, timeout: 500 }],
    rollouts: { ...recipe().rollouts, chunk: 50 },
    scoring: { ...standard, reward: { ...standard.reward, wait: 1, longestWait: 50, ...changes } },
  });
  const reward = await openRewards(threads, given, new AbortController().signal);
  let count = 0;
  return lastValueFrom(
    route(chunksOf(rollouts, 50), { reward }, { inFlight: 3 }).pipe(
      tap(() => told((count += 1))),
      ordered(),
    ),
  );
};

afterEach(async () => {
  await Promise.all(started.splice(0).map((threads) => threads.close()));
  await threadsEnded();
  expect(openThreads()).toBe(0);
});

describe.each(Object.entries(faults))("%s", (_, [fault, error]) => {
  test("now and then: the scores are those of the undisturbed run, and the failure is told", async () => {
    let requests = 0;
    const server = await httpServer((asked, response) => {
      if (asked.path === "/health") json(response, {});
      else if ((requests += 1) % 7 === 3) fault(response, asked);
      else json(response, { scores: scores(asked) });
    });
    const result = await scoredBy(server.url, { retries: 5 });
    expect(result.map(({ rollout }) => rollout)).toEqual(rollouts);
    expect(result.map(({ answers }) => answers.reward?.value)).toEqual(values);
    const failures = result.flatMap((item) => item.failures?.["reward"] ?? []);
    expect(failures.length).toBeGreaterThan(0);
    for (const failure of failures) {
      expect(failure.outcome).toBe("answered");
      expect(failure.error).toMatch(error);
    }
  });
});

test("a rollout that a server never scores is dropped with its group, and no other", async () => {
  const poison = [77, 500];
  const server = await httpServer((asked, response) => {
    if (asked.path === "/health") json(response, {});
    else json(response, { scores: indexes(asked).map((index) => (poison.includes(index) ? null : values[index])) });
  });
  const result = await scoredBy(server.url, { onFailure: "drop" });
  const outcomes = withinDropLimits(result, { step: 1, wholeGroups: true, mostDropped: 0.1 });
  expect(outcomes.map(({ rollout }) => rollout)).toEqual(rollouts);
  expect(outcomes.flatMap(({ answers }, index) => (answers.reward === undefined ? [index] : []))).toEqual(poison);
  const groups = poison.map((index) => Math.floor(index / 8));
  expect(outcomes.map(({ dropped }) => dropped)).toEqual(rollouts.map(({ order }) => groups.includes(order.prompt)));
});

test("a refusal that would be repeated is not retried: the run stops, and says why", async () => {
  const server = await httpServer((asked, response) => json(response, { error: "who are you?" }, asked.path === "/health" ? 200 : 403));
  await expect(scoredBy(server.url)).rejects.toThrow(/scorer "reward" failed .* asked once, got an error: .*expected status 200, got 403/u);
});

const startServer = async (port = 0): Promise<{ child: ChildProcess; port: number }> => {
  const child = fork("test/fixtures/scoring-server.ts", [String(port)], { execArgv: ["--import", "tsx"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [heard] = (await once(child, "message")) as [number];
  return { child, port: heard };
};

test("a server that is killed in the middle and started again: the scores are those of the undisturbed run", async () => {
  const { child, port } = await startServer();
  let killed: Promise<unknown> | undefined;
  const result = await scoredBy(`http://127.0.0.1:${port}`, { retries: 1000 }, (count) => {
    if (count < 300 || killed !== undefined) return;
    child.kill("SIGKILL");
    killed = once(child, "exit").then(() => startServer(port));
  });
  await killed;
  expect(result.map(({ answers }) => answers.reward?.value)).toEqual(values);
  expect(result.some(({ failures }) => failures !== undefined)).toBe(true);
});
