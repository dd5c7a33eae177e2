/** Tests of several workers as one. */
import { afterEach, describe, expect, test } from "vitest";
import { lastValueFrom } from "rxjs";
import { ordered } from "../../src/rollouts/batches/order.ts";
import { route } from "../../src/rollouts/scoring/router.ts";
import type { Scorer } from "../../src/rollouts/scoring/scorer.ts";
import type { Rollout } from "../../src/rollouts/batches/rollout.ts";
import { connect, type Connection } from "../../src/workers/connect.ts";
import { pool } from "../../src/workers/pool.ts";
import { chunksOf, rolloutGrid } from "../fixtures/rollouts.ts";
import type { EchoHandlers } from "../fixtures/workers/echo.ts";

const open: Connection<EchoHandlers>[] = [];
const start = (count: number): Connection<EchoHandlers>[] => {
  const names = Array.from({ length: count }, (_, k) => `echo ${k}`);
  const started = names.map((name) =>
    connect<EchoHandlers>(new URL("../fixtures/workers/echo.ts", import.meta.url), { name, data: name, grace: 100 }),
  );
  open.push(...started);
  return started;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((connection) => connection.close()));
});

describe("pool", () => {
  test("runs at most one call on each worker, uses all of them, and answers every call", async () => {
    const workers = pool(start(2));
    const most = await Promise.all(Array.from({ length: 20 }, () => workers.call("busy", 3)));
    expect(most).toEqual(Array(20).fill(1));
    const names = await Promise.all([workers.call("data", null), workers.call("data", null)]);
    expect(new Set(names)).toEqual(new Set(["echo 0", "echo 1"]));
  });

  test("serves calls in the order they were made", async () => {
    const workers = pool(start(1));
    const finished: number[] = [];
    await Promise.all([5, 0, 3, 1].map((turns, k) => workers.call("busy", turns).then(() => finished.push(k))));
    expect(finished).toEqual([0, 1, 2, 3]);
  });

  test("a waiting call can be aborted, and the next one is served", async () => {
    const [worker] = start(1);
    const workers = pool([worker!]);
    const stop = new AbortController();
    const first = workers.call("hold", "a");
    const abandoned = workers.call("echo", 1, { signal: stop.signal });
    const patient = workers.call("echo", 2);
    stop.abort(new Error("waited enough"));
    await expect(abandoned).rejects.toThrow("waited enough");
    await worker!.call("release", "a");
    expect([await first, await patient]).toEqual(["a", 2]);
  });

  test("a worker whose call was cancelled gets the next call only when its handler has ended", async () => {
    const [worker] = start(1);
    const workers = pool([worker!]);
    const stop = new AbortController();
    const cancelled = workers.call("hold", "a", { signal: stop.signal });
    await worker!.call("echo", null);
    stop.abort(new Error("cancelled"));
    await expect(cancelled).rejects.toThrow("cancelled");
    let served = false;
    const next = workers.call("echo", 1).then(() => (served = true));
    await worker!.call("echo", "sent before the next call would be");
    await worker!.call("echo", "answered after it would be");
    expect(served).toBe(false);
    await worker!.call("release", "a");
    await next;
  });

  test("a failed call gives its worker back", async () => {
    const workers = pool(start(1));
    await expect(workers.call("fail", null)).rejects.toThrow("out of range");
    expect(await workers.call("echo", 1)).toBe(1);
  });

  test("closing rejects what runs and what waits", async () => {
    const workers = pool(start(2));
    const calls = Promise.allSettled([1, 2, 3, 4].map(() => workers.call("deaf", null)));
    await workers.close();
    const results = (await calls).map((result) => (result.status === "rejected" ? String(result.reason) : "answered"));
    expect(results).toHaveLength(4);
    for (const result of results) expect(result).toMatch(/worker echo \d was closed/);
  });

  test("refuses to be empty", () => {
    expect(() => pool([])).toThrow(RangeError);
  });
});

describe("a pool behind a scorer of the router", () => {
  test("rollouts cross threads and come back unchanged, in order", async () => {
    const workers = pool(start(2));
    const rollouts = rolloutGrid(6, 4);
    const echo: Scorer<Rollout> = {
      batch: 3,
      concurrency: 2,
      score: async (batch, signal) => (await workers.call("echo", batch, { signal })) as Rollout[],
    };
    const scored = await lastValueFrom(route(chunksOf(rollouts, 8), { echo, again: echo }, { inFlight: 2 }).pipe(ordered()));
    expect(scored).toEqual(rollouts.map((rollout) => ({ rollout, answers: { echo: rollout, again: rollout }, dropped: false })));
  });

  test("a scorer that fails cancels the worker's handler", async () => {
    const [worker] = start(1);
    const workers = pool([worker!]);
    const endless: Scorer<never> = { batch: 1, concurrency: 1, score: (_, signal) => workers.call("untilAborted", null, { signal }) };
    const broken: Scorer<never> = {
      batch: 1,
      concurrency: 1,
      score: async () => {
        await worker!.call("echo", null);
        throw new Error("no answer");
      },
    };
    await expect(lastValueFrom(route(chunksOf(rolloutGrid(1, 1), 1), { endless, broken }, { inFlight: 1 }))).rejects.toThrow(
      'scorer "broken" failed on prompt 0 sample 0: no answer',
    );
    await worker!.idle();
    expect(await worker!.call("abortions", null)).toBe(1);
  });
});
