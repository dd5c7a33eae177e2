/** Tests of workers, with a real Redis and trials that are processes. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname } from "node:path";
import { Queue } from "bullmq";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { bullmq } from "../../../src/experiments/executors/bullmq.ts";
import type { Work } from "../../../src/experiments/executors/executor.ts";
import { writeQueuedOptions } from "../../../src/experiments/executors/queued-options.ts";
import { work as workOn } from "../../../src/experiments/executors/queue-worker.ts";
import { openRedis } from "../../../src/experiments/executors/redis-link.ts";
import { queueName } from "../../../src/experiments/executors/trial-job.ts";
import { standingIn, trialFolder } from "../../../src/experiments/sweeps/standing.ts";
import { compiledCommand } from "../../fixtures/compiled-command.ts";
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

  const worker = () => {
    const stop = new AbortController();
    const notes: string[] = [];
    const options = { out: dirname(work.folder), jobs: 1, command: work.command, signal: stop.signal };
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

  test("another one takes over from a worker that was killed", async () => {
    await prepare(300);
    const words = ["worker", "--redis", redis.address.url, "--out", dirname(work.folder), "--jobs", "1"];
    const killed = spawn(process.execPath, [compiledCommand, ...words], { stdio: "ignore" });
    const running = bullmq(redis.address).run(work);
    const trial = work.trials[0]!;
    const folder = trialFolder(work.folder, work.sweep, trial);
    while ((await standingIn(folder, trial.steps)).step === 0) await wait(50);
    killed.kill("SIGKILL");
    await once(killed, "exit");
    const { ended } = worker();
    await running;
    await ended();
    expect(await sweep.attempts()).toEqual([["done", 2]]);
  });
});
