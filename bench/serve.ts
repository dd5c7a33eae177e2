/**
 * `retort serve-policy` under load: requests of random settings and lengths, 64 at a time, a tenth of them hostile,
 * against a server in a process of its own. `npm run bench -- serve [--requests 10000]`; Linux. Reports memory, requests
 * that were lost without an answer, and times. Fails when requests are lost, when memory at the end is more than a tenth
 * above that after the first 500, and when /health took more than 100 ms.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { Agent, request } from "undici";
import { table } from "../src/cli/display/table.ts";
import { writeTokenizerFiles } from "../src/experiments/inputs/tokenizer-files.ts";
import { savePolicy } from "../src/policies/checkpoints/huggingface.ts";
import { policies } from "../src/policies/families/index.ts";
import { initialWeights } from "../src/policies/initialize.ts";
import { stream } from "../src/random/stream.ts";
import { characterTokenizer } from "../src/tokenizers/characters.ts";
import { hostileRequests } from "./serve-hostile.ts";

const { values: flags } = parseArgs({
  options: {
    requests: { type: "string", default: "10000" },
    seed: { type: "string", default: "0" },
    engine: { type: "string", default: "onnx" },
    memory: { type: "string", default: "256" },
  },
});
const count = Number(flags.requests);
const warmUp = 500;
const concurrency = 64;
const contextLength = 256;
const characters = "abcdefghijklmnopqrstuvwxyz0123456789+-*/=()?!., ";

const random = stream(Number(flags.seed), "sampling", "serve");
const whole = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
const sometimes = <T extends object>(chance: number, make: () => T): T | object => (random() < chance ? make() : {});

const saveModel = async (folder: string): Promise<void> => {
  const tokenizer = characterTokenizer(characters);
  const policy = policies.create(
    {
      type: "llama",
      layers: 2,
      width: 64,
      heads: 2,
      tied: true,
      ropeTheta: 10_000,
      normEpsilon: 1e-5,
      initialDeviation: 0.02,
    },
    { vocabularySize: tokenizer.vocabularySize, contextLength },
  );
  await savePolicy(folder, { policy, weights: initialWeights(policy, 0) }, tokenizer);
  await writeTokenizerFiles(folder, tokenizer);
};

const startServer = async (folder: string): Promise<{ process: ChildProcess; url: string }> => {
  const command = ["src/cli/retort.ts", "serve-policy", folder, "--port", "0", "--quiet"];
  const options = ["--engine", flags.engine, "--memory", flags.memory];
  const child = spawn(process.execPath, ["--import", "tsx", ...command, ...options], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { process: child, url: line.toString().trim() };
};

/** MiB that are resident in a process. */
const residentOf = ({ pid }: ChildProcess): number =>
  Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024);

const textOf = (length: number): string =>
  Array.from({ length }, () => characters[whole(0, characters.length - 1)]!).join("");

/** What a client may well ask for. */
const honest = (): { path: string; body: object } => {
  const length = whole(1, 180);
  const max_tokens = whole(0, Math.min(32, contextLength - length));
  const settings = {
    max_tokens,
    temperature: random() < 0.2 ? 0 : Math.round(random() * 200 + 1) / 100,
    ...sometimes(0.3, () => ({ top_k: whole(-1, 60) })),
    ...sometimes(0.3, () => ({ top_p: 1 - random() })),
    ...sometimes(0.3, () => ({ min_p: random() / 2 })),
    ...sometimes(0.3, () => ({ repetition_penalty: 0.5 + random() })),
    ...sometimes(0.3, () => ({ min_tokens: whole(0, max_tokens) })),
    ...sometimes(0.3, () => ({ seed: whole(0, 1000) })),
    ...sometimes(0.3, () => ({ prompt_logprobs: whole(-1, 40) })),
  };
  if (random() < 0.7) return { path: "/v1/completions", body: { prompt: textOf(length), ...settings } };
  const token_ids = Array.from({ length }, () => whole(2, 40));
  const chosen = token_ids.slice(1).map(() => Array.from({ length: whole(1, 30) }, () => whole(0, 40)));
  return {
    path: "/inference/v1/generate",
    body: { token_ids, sampling_params: { ...settings, ...(length > 1 ? { prompt_logprob_token_ids: chosen } : {}) } },
  };
};

const folder = mkdtempSync(join(tmpdir(), "retort-bench-"));
await saveModel(folder);
const server = await startServer(folder);
const agent = new Agent({ connections: concurrency * 2, bodyTimeout: 300_000, headersTimeout: 300_000 });
const hostile = hostileRequests(server.url, random);

const statuses = new Map<string, number>();
const times: number[] = [];
const lost: string[] = [];
const add = (name: string): void => void statuses.set(name, (statuses.get(name) ?? 0) + 1);

const askHonestly = async (): Promise<void> => {
  const { path, body } = honest();
  for (;;) {
    const start = performance.now();
    try {
      const answer = await request(server.url + path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        dispatcher: agent,
      });
      await answer.body.arrayBuffer();
      add(`honest ${answer.statusCode}`);
      if (answer.statusCode === 503) {
        await new Promise((resolve) => setTimeout(resolve, 1000 * Number(answer.headers["retry-after"] ?? 1)));
        continue;
      }
      times.push(performance.now() - start);
    } catch (error) {
      lost.push(String(error));
    }
    return;
  }
};

let begun = 0;
const workUntil = async (end: number): Promise<void> => {
  while (begun < end) {
    begun += 1;
    if (random() < 0.1) add(`hostile: ${await hostile()}`);
    else await askHonestly();
  }
};
const runUntil = async (end: number): Promise<void> => {
  await Promise.all(Array.from({ length: concurrency }, () => workUntil(end)));
};

/** Asks for the server's health from a process of its own, until it is told to end. */
const watch = (): { end(): Promise<readonly number[]> } => {
  const child = spawn(process.execPath, ["--import", "tsx", "bench/serve-health.ts", server.url], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const printed = text(child.stdout);
  return {
    end: async () => {
      child.stdin.end();
      return (JSON.parse(await printed) as readonly (number | null)[]).map((time) => time ?? Infinity);
    },
  };
};

const watched = watch();
const start = performance.now();
const parts = 10;
await runUntil(Math.min(warmUp, count));
const readings = [{ requests: begun, resident: residentOf(server.process) }];
for (let part = 1; part <= parts; part += 1) {
  await runUntil(Math.max(begun, Math.floor((count * part) / parts)));
  readings.push({ requests: begun, resident: residentOf(server.process) });
  console.error(`${begun} requests, ${residentOf(server.process)} MiB, ${lost.length} lost`);
}
const seconds = (performance.now() - start) / 1000;
const health = await watched.end();
await agent.close();
server.process.kill("SIGINT");
const [code] = (await once(server.process, "exit")) as [number | null];
rmSync(folder, { recursive: true });

const at = (values: readonly number[], share: number): string =>
  `${Math.round(values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!)} ms`;
const slowest = Math.max(...health);
console.log(
  [
    `${count} requests in ${Math.round(seconds)} s; lost without an answer: ${lost.length}; the server ended with ${code}`,
    table(
      ["requests", "resident MiB"],
      readings.map(({ requests, resident }) => [requests, resident]),
    ),
    `/health, ${health.length} times: p50 ${at(health, 0.5)}, p99 ${at(health, 0.99)}, slowest ${Math.round(slowest)} ms`,
    `answers: p50 ${at(times, 0.5)}, p99 ${at(times, 0.99)}, slowest ${at(times, 1)}`,
    table(
      ["what", "how often"],
      [...statuses].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, times]) => [name, times]),
    ),
    ...new Set(lost),
  ].join("\n"),
);
const [first, last] = [readings[0]!.resident, readings.at(-1)!.resident];
if (lost.length > 0 || last > 1.1 * first || slowest > 100)
  throw new Error(
    `serve: expected none lost, at most ${Math.round(1.1 * first)} MiB at the end, and /health within 100 ms`,
  );
