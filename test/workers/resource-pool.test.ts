/** Tests of lending. */
import { describe, expect, test } from "vitest";
import { lending } from "../../src/workers/resource-pool.ts";

describe("lending", () => {
  test("lends each thing to one borrower, first come first served", async () => {
    const shelf = lending(["a", "b"]);
    const [first, second] = [await shelf.borrow(), await shelf.borrow()];
    expect([first.item, second.item]).toEqual(["a", "b"]);
    const served: string[] = [];
    const third = shelf.borrow().then((loan) => served.push(`third ${loan.item}`));
    const fourth = shelf.borrow().then((loan) => served.push(`fourth ${loan.item}`));
    second.giveBack();
    await third;
    expect(served).toEqual(["third b"]);
    first.giveBack();
    await fourth;
    expect(served).toEqual(["third b", "fourth a"]);
  });

  test("a thing given back twice is lent once", async () => {
    const shelf = lending(["a"]);
    const loan = await shelf.borrow();
    loan.giveBack();
    loan.giveBack();
    await shelf.borrow();
    const stop = new AbortController();
    const waiting = shelf.borrow(stop.signal);
    stop.abort(new Error("nothing was free"));
    await expect(waiting).rejects.toThrow("nothing was free");
  });

  test("an aborted borrower leaves the queue, and the next one is served", async () => {
    const shelf = lending(["a"]);
    const loan = await shelf.borrow();
    const stop = new AbortController();
    const abandoned = shelf.borrow(stop.signal);
    const patient = shelf.borrow();
    stop.abort(new Error("no longer wanted"));
    await expect(abandoned).rejects.toThrow("no longer wanted");
    loan.giveBack();
    expect((await patient).item).toBe("a");
    await expect(shelf.borrow(stop.signal)).rejects.toThrow("no longer wanted");
  });

  test("refuses to lend nothing", () => {
    expect(() => lending([])).toThrow(new RangeError("lending: expected at least one thing to lend, got none"));
  });
});
