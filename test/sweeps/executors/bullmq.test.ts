/** Tests of trials as jobs of a queue, with a real Redis and workers whose trials are processes. */
import { dirname } from "node:path";
import { Queue } from "bullmq";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bullmq } from "../../../src/sweeps/executors/bullmq.ts";
import type { Executor } from "../../../src/sweeps/executors/executor.ts";
import { work as workOn } from "../../../src/sweeps/executors/queue-worker.ts";
import { openRedis } from "../../../src/sweeps/executors/redis-link.ts";
import { queueName } from "../../../src/sweeps/executors/trial-job.ts";
import { driveSweep } from "../../../src/sweeps/driving/drive-rungs.ts";
import { compiledCommand } from "../../fixtures/compiled-command.ts";
import { hasRedis, testRedis, type TestRedis } from "../../fixtures/redis.ts";
import { tinySweep } from "../../fixtures/tiny-sweep.ts";
import { executorLaws } from "../../laws/executor.laws.ts";

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

// Needs redis-server, Debian's package of that name.
describe.skipIf(!hasRedis)("with a Redis", () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await testRedis();
  });
  afterAll(() => redis.remove());

  /** The executor, with a worker of this process beside it as long as it runs. */
  const withWorker = (notes: string[] = [], jobs = 2): Executor => ({
    name: "bullmq",
    async run(work) {
      const stop = new AbortController();
      const options = { out: dirname(work.folder), jobs, command: [process.execPath, compiledCommand] };
      const working = workOn(redis.address, { ...options, signal: stop.signal, note: (text) => notes.push(text) });
      await bullmq(redis.address).run(work);
      stop.abort();
      await working;
    },
  });

  executorLaws("bullmq", () => withWorker());

  test("a Redis that comes back without its memory is told again", async () => {
    const sweep = await tinySweep({ axes: { "/seed": [0, 1] } }, 8);
    const [driver, worker]: string[][] = [[], []];
    // The second trial waits in the queue when that is lost.
    const running = withWorker(worker, 1).run(await sweep.work({ note: (text) => driver!.push(text) }));
    while (!worker!.some((text) => text.endsWith("taken"))) await wait(100);
    await redis.kill();
    while (![driver, worker].every((notes) => notes!.some((text) => text.endsWith("trying again")))) await wait(100);
    await redis.start();
    await running;
    for (const notes of [driver, worker]) {
      expect(notes!.filter((text) => text.startsWith("Redis"))).toEqual([
        expect.stringMatching(/^Redis at redis:\/\/127\.0\.0\.1:\d+: .*; trying again$/u),
        expect.stringMatching(/^Redis at redis:\/\/127\.0\.0\.1:\d+ is back$/u),
      ]);
    }
    expect(await sweep.attempts()).toEqual(Array(2).fill(["done", 1]));
    sweep.remove();
  });

  test("trials continue from rung to rung, and a job of an earlier rung that is taken late goes no further", async () => {
    const sweep = await tinySweep({ axes: { "/training/optimizer/learningRate": [0.1, 0.9], "/evaluation/every": [2] } });
    const halving = { rungs: [2], keep: 0.5, metric: "length", direction: "minimize", over: [] } as const;
    const work = await sweep.work();
    const driving = { ...work, executor: withWorker(), show: () => undefined };
    const all = await driveSweep(work, { ...halving, rungs: [2], over: [] }, driving);
    const [done, stopped] = [all.filter((each) => each.progress.status === "done"), all.filter((each) => each.stopped === true)];
    expect([done, stopped].map((some) => some.map(({ progress }) => progress.step))).toEqual([[4], [2]]);
    const times = await sweep.attempts();
    const [twice, once] = [
      ["done", 2],
      ["paused", 1],
    ];
    expect(times).toEqual(all[0] === done[0] ? [twice, once] : [once, twice]);
    // As Redis gives it out again when its worker was killed between the trial's pause and its own word.
    const link = openRedis(redis.address, () => undefined);
    const queue = new Queue(queueName(dirname(work.folder)), { connection: link.client });
    await queue.add("trial", { folder: work.folder, id: stopped[0]!.trial.id, pauseAt: 2 }, { jobId: "late" });
    const [stop, notes] = [new AbortController(), [] as string[]];
    const options = { out: dirname(work.folder), jobs: 1, command: work.command, signal: stop.signal };
    const working = workOn(redis.address, { ...options, note: (text) => notes.push(text) });
    while (!notes.some((text) => text.endsWith("reached"))) await wait(100);
    stop.abort();
    await working;
    await queue.close();
    link.close();
    expect(await sweep.attempts()).toEqual(times);
    sweep.remove();
  });

  test("a driver that stops takes back what waits, and workers stop what they have begun", async () => {
    const sweep = await tinySweep({ axes: { "/seed": [0, 1] } }, 100_000);
    const [stopDriver, stopWorker] = [new AbortController(), new AbortController()];
    const work = await sweep.work({ signal: stopDriver.signal });
    const notes: string[] = [];
    const options = { out: dirname(work.folder), jobs: 1, command: work.command };
    const working = workOn(redis.address, { ...options, signal: stopWorker.signal, note: (text) => notes.push(text) });
    const running = bullmq(redis.address).run(work);
    while (!notes.includes("seed=0  taken")) await wait(100);
    stopDriver.abort();
    await running;
    while (!notes.includes("seed=0  stopped")) await wait(100);
    await wait(2000);
    expect(notes).toEqual(["seed=0  taken", "seed=0  stopped"]);
    stopWorker.abort();
    await working;
    sweep.remove();
  });
});
