/**
 * 20,000 rollouts against a reward's server that fails for one request in ten at random, over real sockets: memory,
 * handles and listeners on the way. `npm run bench -- soak`. Fails when a rollout is lost, or when there are more
 * handles or listeners at the end than after the warm-up.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { lastValueFrom } from "rxjs";
import { table } from "../src/cli/display/table.ts";
import { httpReward } from "../src/rewards/remote/http.ts";
import { ordered } from "../src/rollouts/batches/order.ts";
import { withRetries } from "../src/rollouts/scoring/retries.ts";
import type { Rollout } from "../src/rollouts/batches/rollout.ts";
import { route, type Chunk } from "../src/rollouts/scoring/router.ts";
import type { Scorer } from "../src/rollouts/scoring/scorer.ts";
import { arithmetic } from "../src/tasks/arithmetic/arithmetic.ts";

const { values: flags } = parseArgs({ options: { rollouts: { type: "string", default: "20000" } } });
const count = Number(flags.rollouts);
const parts = 10;
const chunk = 32;

interface Sent {
  readonly rollouts: readonly { readonly tokens: readonly number[] }[];
}

let requests = 0;
let failures = 0;
const server = createServer((request, response) => {
  void text(request).then((body) => {
    requests += 1;
    const failing = Math.random() < 0.1;
    if (failing) failures += 1;
    if (failing && Math.random() < 0.5) response.destroy();
    else if (failing) response.writeHead(503, { "retry-after": "0" }).end();
    else
      response
        .writeHead(200)
        .end(JSON.stringify({ scores: (JSON.parse(body) as Sent).rollouts.map(({ tokens }) => tokens[0]) }));
  });
});
server.listen(0, "127.0.0.1");
await once(server, "listening");

const rollout = (k: number): Rollout => ({
  prompt: { index: k, text: "1+1=", reference: "2" },
  order: { prompt: k, sample: 0 },
  promptTokens: Int32Array.of(1),
  tokens: Int32Array.of(k),
  behaviorLogProbs: Float32Array.of(0),
  finish: "stop",
  text: "2",
  version: 0,
  source: "student",
});

const task = arithmetic.create({ numbers: [2, 2], range: [1, 4], operators: "+", train: 4, test: 1 }, { seed: 0 });
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
const reward = httpReward.create({ url, health: "", batch: 16, connections: 4, timeout: 10_000 }, { task });
const asked: Scorer<number | Error> = {
  batch: chunk,
  concurrency: 2,
  score: (batch, signal) =>
    Promise.all(
      batch.map(async (one) => {
        try {
          return (await reward.score(one, signal)).value;
        } catch (error) {
          return error as Error;
        }
      }),
    ),
};
const scorer = withRetries(asked, { timeout: 30_000, retries: 20, wait: 1, longestWait: 20, onFailure: "stop" });

interface Reading {
  readonly rollouts: number;
  readonly heap: number;
  readonly resident: number;
  readonly handles: number;
  readonly listeners: number;
}

const mebibytes = (bytes: number): number => Math.round((bytes / 2 ** 20) * 10) / 10;

const read = (rollouts: number): Reading => {
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  return {
    rollouts,
    heap: mebibytes(heapUsed),
    resident: mebibytes(rss),
    handles: process.getActiveResourcesInfo().filter((kind) => !["Timeout", "Immediate"].includes(kind)).length,
    listeners,
  };
};

const scorePart = async (part: number): Promise<void> => {
  const size = count / parts;
  const own = Array.from({ length: size }, (_, k) => rollout(part * size + k));
  const chunks = Array.from(
    { length: Math.ceil(size / chunk) },
    (_, k): Chunk =>
      () =>
        Promise.resolve(own.slice(k * chunk, (k + 1) * chunk)),
  );
  const scored = await lastValueFrom(route(chunks, { reward: scorer }, { inFlight: 3 }).pipe(ordered()));
  const wrong = scored.filter((item) => item.answers.reward !== item.rollout.tokens[0]);
  if (scored.length !== size || wrong.length > 0)
    throw new Error(`soak: expected ${size} right scores, got ${scored.length - wrong.length}`);
};

const readings: Reading[] = [];
for (let part = 0; part < parts; part += 1) {
  await scorePart(part);
  readings.push(read(((part + 1) * count) / parts));
}
await reward.close?.();
server.closeAllConnections();
server.close();

const [first, last] = [readings[0]!, readings.at(-1)!];
console.log(
  [
    `${requests.toLocaleString("en-US")} requests, of which ${failures.toLocaleString("en-US")} failed; ` +
      "every rollout got its score",
    table(
      ["rollouts", "heap MiB", "resident MiB", "handles", "listeners"],
      readings.map((reading) => [reading.rollouts, reading.heap, reading.resident, reading.handles, reading.listeners]),
    ),
  ].join("\n"),
);
// Connections come and go: as many as the client and the server may have are no growth.
if (last.handles > first.handles + 8 || last.listeners > first.listeners)
  throw new Error("soak: expected no more handles and listeners at the end");
