/** Tests of workers, with a real Redis and trials that are processes. */
import { dirname } from "node:path";
import { Queue, Worker } from "bullmq";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Work } from "../../../src/sweeps/executors/executor.ts";
import { writeQueuedOptions } from "../../../src/sweeps/executors/queued-options.ts";
import { work as workOn } from "../../../src/sweeps/executors/queue-worker.ts";
import { openRedis } from "../../../src/sweeps/executors/redis-link.ts";
import { queueName } from "../../../src/sweeps/executors/trial-job.ts";
import { hasRedis, testRedis, type TestRedis } from "../../fixtures/redis.ts";
import { tinySweep, type TinySweep } from "../../fixtures/tiny-sweep.ts";

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

test("a worker that finds no Redis says so once, and stops when it is told", async () => {
  const notes: string[] = [];
  const stop = new AbortController();
  const nowhere = { url: "redis://127.0.0.1:1", shown: "redis://127.0.0.1:1" };
  const working = workOn(nowhere, { out: "/", jobs: 1, command: [], signal: stop.signal, note: (text) => notes.push(text) });
  while (notes.length === 0) await wait(50);
  await wait(1500);
  stop.abort();
  await working;
  expect(notes).toEqual([expect.stringMatching(/ECONNREFUSED.*; trying again$/u)]);
});

// Needs redis-server, Debian's package of that name.
describe.skipIf(!hasRedis)("with a Redis", () => {
  let redis: TestRedis;
  let sweep: TinySweep;
  let work: Work;
  beforeAll(async () => {
    redis = await testRedis();
  });
  afterAll(() => redis.remove());
  afterEach(() => sweep.remove());

  const prepare = async (steps: number): Promise<void> => {
    sweep = await tinySweep({ axes: { "/seed": [0] } }, steps);
    work = await sweep.work();
    await writeQueuedOptions(work.folder, work);
  };

  const worker = (lockDuration = 10_000) => {
    const stop = new AbortController();
    const notes: string[] = [];
    const options = { out: dirname(work.folder), jobs: 1, command: work.command, signal: stop.signal, lockDuration };
    const working = workOn(redis.address, { ...options, note: (text) => notes.push(text) });
    const ended = async (): Promise<void> => {
      stop.abort();
      await working;
    };
    return { notes, ended };
  };

  /** Does something with the queue of the sweep's folder. */
  const withQueue = async <T>(does: (queue: Queue) => Promise<T>): Promise<T> => {
    const link = openRedis(redis.address, () => undefined);
    const queue = new Queue(queueName(dirname(work.folder)), { connection: link.client });
    try {
      return await does(queue);
    } finally {
      await queue.close();
      link.close();
    }
  };

  test("a job that is none of its own is refused", async () => {
    await prepare(4);
    const { notes, ended } = worker();
    const data = { folder: "/tmp", id: work.trials[0]!.id };
    const reason = await withQueue(async (queue) => {
      await queue.add("trial", data, { jobId: "strange" });
      while ((await queue.getRanges(["failed"])).length === 0) await wait(100);
      return (await queue.getJob("strange"))?.failedReason;
    });
    await ended();
    expect(reason).toMatch(/^job: expected the folder of a sweep in .*, got "\/tmp"$/u);
    expect(notes).toEqual([`a job is refused: ${reason}`]);
  });

  test("a worker that is told to stop gives its job back", async () => {
    await prepare(100_000);
    const { notes, ended } = worker();
    const waiting = await withQueue(async (queue) => {
      await queue.add("trial", { folder: work.folder, id: work.trials[0]!.id }, { jobId: "mine" });
      while (notes.length === 0) await wait(100);
      await ended();
      return queue.getRanges(["wait"]);
    });
    expect(notes).toEqual(["seed=0  taken", "seed=0  stopped"]);
    expect(waiting).toEqual(["mine"]);
  });

  test("another one takes over from a worker that says nothing any more", async () => {
    await prepare(4);
    const dead = openRedis(redis.address, () => undefined);
    const silent = new Worker(queueName(dirname(work.folder)), null, { connection: dead.client, autorun: false, lockDuration: 500 });
    await withQueue(async (queue) => {
      await queue.add("trial", { folder: work.folder, id: work.trials[0]!.id }, { jobId: "mine" });
      while ((await silent.getNextJob("of the silent one", { block: false })) === undefined) await wait(100);
      const { notes, ended } = worker(500);
      while (!notes.includes("seed=0  reached")) await wait(100);
      await ended();
    });
    await silent.close(true);
    dead.close();
    expect(await sweep.attempts()).toEqual([["done", 1]]);
  });
});
