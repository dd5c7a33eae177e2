/** Tests of lending. */
import { describe, expect, test } from "vitest";
import { resourcePool } from "../../src/workers/resource-pool.ts";

describe("lending", () => {
  test("lends each thing to one borrower, first come first served", async () => {
    const fileContext = resourcePool(["a", "b"]);
    const [first, second] = [await fileContext.acquire(), await fileContext.acquire()];
    expect([first.item, second.item]).toEqual(["a", "b"]);
    const served: string[] = [];
    const third = fileContext.acquire().then((loan) => served.push(`third ${loan.item}`));
    const fourth = fileContext.acquire().then((loan) => served.push(`fourth ${loan.item}`));
    second.release();
    await third;
    expect(served).toEqual(["third b"]);
    first.release();
    await fourth;
    expect(served).toEqual(["third b", "fourth a"]);
  });

  test("a thing given back twice is lent once", async () => {
    const fileContext = resourcePool(["a"]);
    const loan = await fileContext.acquire();
    loan.release();
    loan.release();
    await fileContext.acquire();
    const stop = new AbortController();
    const waiting = fileContext.acquire(stop.signal);
    stop.abort(new Error("nothing was free"));
    await expect(waiting).rejects.toThrow("nothing was free");
  });

  test("an aborted borrower leaves the queue, and the next one is served", async () => {
    const fileContext = resourcePool(["a"]);
    const loan = await fileContext.acquire();
    const stop = new AbortController();
    const abandoned = fileContext.acquire(stop.signal);
    const patient = fileContext.acquire();
    stop.abort(new Error("no longer wanted"));
    await expect(abandoned).rejects.toThrow("no longer wanted");
    loan.release();
    expect((await patient).item).toBe("a");
    await expect(fileContext.acquire(stop.signal)).rejects.toThrow("no longer wanted");
  });

  test("refuses to lend nothing", () => {
    expect(() => resourcePool([])).toThrow(new RangeError("lending: expected at least one thing to lend, got none"));
  });
});
