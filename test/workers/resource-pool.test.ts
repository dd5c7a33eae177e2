/** Tests of the pool of resources. */
import { describe, expect, test } from "vitest";
import { resourcePool } from "../../src/workers/resource-pool.ts";

describe("a resource pool", () => {
  test("gives each resource to one caller at a time, first come first served", async () => {
    const pool = resourcePool(["a", "b"]);
    const [first, second] = [await pool.acquire(), await pool.acquire()];
    expect([first.item, second.item]).toEqual(["a", "b"]);
    const served: string[] = [];
    const third = pool.acquire().then((acquired) => served.push(`third ${acquired.item}`));
    const fourth = pool.acquire().then((acquired) => served.push(`fourth ${acquired.item}`));
    second.release();
    await third;
    expect(served).toEqual(["third b"]);
    first.release();
    await fourth;
    expect(served).toEqual(["third b", "fourth a"]);
  });

  test("a resource that is released twice is acquired once", async () => {
    const pool = resourcePool(["a"]);
    const acquired = await pool.acquire();
    acquired.release();
    acquired.release();
    await pool.acquire();
    const stop = new AbortController();
    const waiting = pool.acquire(stop.signal);
    stop.abort(new Error("nothing was free"));
    await expect(waiting).rejects.toThrow("nothing was free");
  });

  test("an aborted caller leaves the queue, and the next one is served", async () => {
    const pool = resourcePool(["a"]);
    const acquired = await pool.acquire();
    const stop = new AbortController();
    const abandoned = pool.acquire(stop.signal);
    const patient = pool.acquire();
    stop.abort(new Error("no longer wanted"));
    await expect(abandoned).rejects.toThrow("no longer wanted");
    acquired.release();
    expect((await patient).item).toBe("a");
    await expect(pool.acquire(stop.signal)).rejects.toThrow("no longer wanted");
  });

  test("refuses to be empty", () => {
    expect(() => resourcePool([])).toThrow(new RangeError("resource pool: expected at least one resource, got none"));
  });
});
