import { afterEach, describe, expect, test } from "vitest";
import { connect, type Connection } from "../../../src/rollouts/workers/connect.ts";
import { pool } from "../../../src/rollouts/workers/pool.ts";
import type { EchoHandlers } from "../../fixtures/workers/echo.ts";

const open: Connection<EchoHandlers>[] = [];
const start = (count: number): Connection<EchoHandlers>[] => {
  const names = Array.from({ length: count }, (_, k) => `echo ${k}`);
  const started = names.map((name) =>
    connect<EchoHandlers>(new URL("../../fixtures/workers/echo.ts", import.meta.url), { name, data: name, grace: 100 }),
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
    await worker!.call("echo", null);
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
    const outcomes = (await calls).map((outcome) => (outcome.status === "rejected" ? String(outcome.reason) : "answered"));
    expect(outcomes).toHaveLength(4);
    for (const outcome of outcomes) expect(outcome).toMatch(/worker echo \d was closed/);
  });

  test("refuses to be empty", () => {
    expect(() => pool([])).toThrow(RangeError);
  });
});
