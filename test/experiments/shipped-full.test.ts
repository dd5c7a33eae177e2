/** The figures with the paper's own models and data, up to the first step, on stand-ins: tiny T5s, forty rows from a server that answers like the Hub, and a reward of a server. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lastValueFrom, toArray } from "rxjs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { execute } from "../../src/experiments/running/execute.ts";
import { readExperiment } from "../../src/experiments/file/extended-source.ts";
import { isObject, type Json } from "../../src/files/json.ts";
import { prepareExperiment } from "../../src/experiments/planning/run-plan.ts";
import { checkTrials } from "../../src/sweeps/planning/sweep-plan.ts";
import { policies } from "../../src/policies/families/index.ts";
import { figuresOf } from "../../src/reproduction/figures.ts";
import { glance } from "../../src/reproduction/scale.ts";
import { startHub, type HubServer } from "../fixtures/hub-server.ts";
import { vocabularySize, writeModel } from "../fixtures/model-folder.ts";

const figures = figuresOf("full");
const root = mkdtempSync(join(tmpdir(), "retort-full-"));
const tiny = join(root, "t5");
let hub: HubServer;
let scores: Server;

/** Every completion's reward is 0.5. */
const startScores = async (): Promise<Server> => {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const sent = parts.length === 0 ? { rollouts: [] } : (JSON.parse(Buffer.concat(parts).toString()) as { rollouts: object[] });
      const body = JSON.stringify({ scores: sent.rollouts.map(() => 0.5) });
      response.writeHead(200, { "content-type": "application/json" }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
};

beforeAll(async () => {
  vi.stubEnv("XDG_CACHE_HOME", join(root, "cache"));
  for (const key of ["HF_ENDPOINT", "HF_HUB_OFFLINE", "HF_TOKEN"]) vi.stubEnv(key, undefined);
  mkdirSync(tiny);
  const sizes = { layers: 1, width: 8, heads: 2, hidden: 16, buckets: 32, maxDistance: 128 } as const;
  const kind = { type: "t5", gated: true, activation: "gelu_new", tied: false, normEpsilon: 1e-6, startId: 0 } as const;
  await writeModel(tiny, 1, policies.create({ ...kind, ...sizes }, { vocabularySize, contextLength: 4096 }));
  hub = await startHub();
  hub.serve({ "a.parquet": readFileSync(join(import.meta.dirname, "../fixtures/parquet/stand-ins.parquet")) });
  scores = await startScores();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await hub.close();
  scores.close();
  rmSync(root, { recursive: true, force: true });
});

/** Pointers of every value under one of these keys; a null that takes one away is none. */
const pointersOf = (value: Json, keys: readonly string[], at = ""): string[] => {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap((item, i) => pointersOf(item, keys, `${at}/${i}`));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(keys.includes(key) && inner !== null ? [`${at}/${key}`] : []),
    ...pointersOf(inner, keys, `${at}/${key}`),
  ]);
};

/** The checkpoint of all runs but those of variants that start from something else, which an override would not spare. */
const ownCheckpoint = "/student/checkpoint";

/** The figure, or a file that builds on it and starts from the tiny T5 where the figure starts from a checkpoint. */
const startedFrom = (name: string, path: string): string => {
  if (!pointersOf(readExperiment(path).value, ["checkpoint"]).includes(ownCheckpoint)) return path;
  const own = join(root, `figure-${name}.json`);
  writeFileSync(own, JSON.stringify({ extends: path, student: { checkpoint: tiny } }));
  return own;
};

/** What a file names that is not here, by what is. */
const standIns = (path: string): string[] => {
  const { value } = readExperiment(path);
  const { port } = scores.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/score`;
  const local = { dataset: "someone/tiny", revision: "main", files: ["a.parquet"] };
  return [
    ...pointersOf(value, ["checkpoint"])
      .filter((pointer) => pointer !== ownCheckpoint)
      .map((pointer) => `${pointer}=${tiny}`),
    ...pointersOf(value, ["hub"]).map((pointer) => `${pointer}=${JSON.stringify(local)}`),
    ...pointersOf(value, ["url"]).map((pointer) => `${pointer}=${url}`),
    ...pointersOf(value, ["train"]).map((pointer) => `${pointer}=20`),
    ...pointersOf(value, ["test"]).map((pointer) => `${pointer}=8`),
    ...pointersOf(value, ["promptTokens", "completionTokens"]).map((pointer) => `${pointer}=2000`),
    ...pointersOf(value, ["maxNewTokens"]).map((pointer) => `${pointer}=4`),
  ];
};

describe.each(figures)("figure $name", ({ name, path }) => {
  test("has trials and claims that fit its file", () => {
    const { drafts, claims } = checkTrials(readExperiment(path), []);
    expect(drafts.length).toBeGreaterThan(1);
    expect(claims.length).toBeGreaterThan(0);
  });

  test("goes through its stages and its runs up to the first step", async () => {
    const overrides = [...glance(path), ...standIns(path)];
    const planned = await prepareExperiment(startedFrom(name, path), overrides, { endpoint: hub.endpoint, cache: join(root, "hub") });
    // All are planned; those between the first and the last variant differ little from them.
    const runs = planned.filter((_, i) => i === 0 || i === planned.length - 1);
    const { signal } = new AbortController();
    const events = await lastValueFrom(execute(runs, { out: root, cache: join(root, "kept"), threads: 1, signal }).pipe(toArray()));
    const ended = events.filter((event) => event.kind === "end" && event.training.stage === undefined);
    expect(ended.map((event) => event.training.run)).toEqual(runs.map((run) => run.name));
  });
});
