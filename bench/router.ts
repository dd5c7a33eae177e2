/**
 * What the router itself costs: processor time of 10,000 rollouts that go to a reward and a teacher which answer at
 * once, less that of calling the two without it. `npm run bench -- router`.
 */
import { parseArgs } from "node:util";
import { lastValueFrom } from "rxjs";
import { median } from "./median.ts";
import { ordered } from "../src/rollouts/batches/order.ts";
import type { Rollout } from "../src/rollouts/batches/rollout.ts";
import { route, type Chunk } from "../src/rollouts/scoring/router.ts";
import type { Scorer } from "../src/rollouts/scoring/scorer.ts";

const { values: flags } = parseArgs({
  options: { rounds: { type: "string", default: "9" }, json: { type: "boolean", default: false } },
});

const chunk = 32;
const count = 10_000;

const rollouts = Array.from({ length: count }, (_, k): Rollout => {
  const [prompt, sample] = [Math.floor(k / 8), k % 8];
  return {
    prompt: { index: prompt, text: "", reference: "" },
    order: { prompt, sample },
    promptTokens: Int32Array.of(1),
    tokens: Int32Array.of(2),
    behaviorLogProbs: Float32Array.of(0),
    finish: "stop",
    text: "",
    version: 0,
    source: "student",
  };
});
const batches = Array.from({ length: Math.ceil(count / chunk) }, (_, k) => rollouts.slice(k * chunk, (k + 1) * chunk));

const scorer: Scorer<number> = {
  batch: chunk,
  concurrency: 2,
  score: (given) => Promise.resolve(given.map(({ order }) => order.sample)),
};

/** Microseconds of processor time, user and system. */
const processor = async (work: () => Promise<unknown>): Promise<number> => {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
};

const routed = async (): Promise<void> => {
  const chunks = batches.map(
    (batch): Chunk =>
      () =>
        Promise.resolve(batch),
  );
  await lastValueFrom(route(chunks, { reward: scorer, teacher: scorer }, { inFlight: 3 }).pipe(ordered()));
};

const { signal } = new AbortController();
const bare = async (): Promise<void> => {
  for (const batch of batches) await Promise.all([scorer.score(batch, signal), scorer.score(batch, signal)]);
};

const costs: { routed: number; bare: number }[] = [];
for (let round = 0; round <= Number(flags.rounds); round += 1) {
  const pair = { routed: (await processor(routed)) / count, bare: (await processor(bare)) / count };
  // The first round compiles.
  if (round > 0) costs.push(pair);
}

const result = {
  rollouts: count,
  routed: median(costs.map((pair) => pair.routed)),
  bare: median(costs.map((pair) => pair.bare)),
  router: median(costs.map((pair) => pair.routed - pair.bare)),
};
console.log(
  flags.json
    ? JSON.stringify(result)
    : `${count.toLocaleString("en-US")} rollouts to two scorers: ${result.router.toFixed(1)} us of processor ` +
        `time a rollout for the router (${result.routed.toFixed(1)} with it, ${result.bare.toFixed(1)} without)`,
);
