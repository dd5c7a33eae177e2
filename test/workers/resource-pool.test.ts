/** Tests of the pool of resources. */
import { describe, expect, test } from "vitest";
import { resourcePool } from "../../src/workers/resource-pool.ts";

describe("a pool", () => {
  test("gives each resource to one at a time, first come first served", async () => {
    const pool = resourcePool(["a", "b"]);
    const [first, second] = [await pool.acquire(), await pool.acquire()];
    expect([first.item, second.item]).toEqual(["a", "b"]);
    const served: string[] = [];
    const third = pool.acquire().then((used) => served.push(`third ${used.item}`));
    const fourth = pool.acquire().then((used) => served.push(`fourth ${used.item}`));
    second.release();
    await third;
    expect(served).toEqual(["third b"]);
    first.release();
    await fourth;
    expect(served).toEqual(["third b", "fourth a"]);
  });

  test("a resource that is released twice is free once", async () => {
    const pool = resourcePool(["a"]);
    const used = await pool.acquire();
    used.release();
    used.release();
    await pool.acquire();
    const stop = new AbortController();
    const waiting = pool.acquire(stop.signal);
    stop.abort(new Error("nothing was free"));
    await expect(waiting).rejects.toThrow("nothing was free");
  });

  test("whoever aborts while waiting leaves the queue, and the next one is served", async () => {
    const pool = resourcePool(["a"]);
    const used = await pool.acquire();
    const stop = new AbortController();
    const abandoned = pool.acquire(stop.signal);
    const patient = pool.acquire();
    stop.abort(new Error("no longer wanted"));
    await expect(abandoned).rejects.toThrow("no longer wanted");
    used.release();
    expect((await patient).item).toBe("a");
    await expect(pool.acquire(stop.signal)).rejects.toThrow("no longer wanted");
  });

  test("an abort after a resource was acquired does not free it", async () => {
    const pool = resourcePool(["a"]);
    const stop = new AbortController();
    const used = await pool.acquire(stop.signal);
    stop.abort(new Error("no longer wanted"));
    let served = false;
    const next = pool.acquire().then(() => (served = true));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(served).toBe(false);
    used.release();
    expect(await next).toBe(true);
  });

  test("without resources is refused", () => {
    expect(() => resourcePool([])).toThrow(new RangeError("resource pool: expected at least one resource, got none"));
  });
});
