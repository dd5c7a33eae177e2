/** Tests of calls that wait for an answer. */
import { expect, test } from "vitest";
import { PendingCalls } from "../../src/workers/pending-calls.ts";

/** Opens a call and gives its id and promise. */
const open = (calls: PendingCalls): { id: number; promise: Promise<unknown> } => {
  let id = 0;
  const promise = calls.open((given) => (id = given));
  return { id, promise };
};

test("each call is settled by its own reply, in any order", async () => {
  const calls = new PendingCalls();
  const [a, b, c] = [open(calls), open(calls), open(calls)];
  expect(new Set([a.id, b.id, c.id]).size).toBe(3);
  calls.settle({ kind: "value", id: c.id, value: "c" });
  calls.settle({ kind: "error", id: a.id, error: { name: "RangeError", message: "a", stack: "" } });
  calls.settle({ kind: "value", id: b.id, value: "b" });
  expect(await Promise.all([b.promise, c.promise])).toEqual(["b", "c"]);
  await expect(a.promise).rejects.toThrow(new RangeError("a"));
});

test("a rejected call is settled once, and pending until its reply", async () => {
  const calls = new PendingCalls();
  const { id, promise } = open(calls);
  calls.reject(id, new Error("early"));
  await expect(promise).rejects.toThrow("early");
  let idle = false;
  const whenIdle = calls.idle().then(() => (idle = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(idle).toBe(false);
  calls.settle({ kind: "value", id, value: "late" });
  await whenIdle;
  await expect(promise).rejects.toThrow("early");
});

test("a reply to no call changes nothing; clear forgets everyone", async () => {
  const calls = new PendingCalls();
  const { promise } = open(calls);
  calls.settle({ kind: "value", id: 99, value: "whose?" });
  calls.refuse(new Error("the end"));
  expect(calls.refusal?.message).toBe("the end");
  await expect(promise).rejects.toThrow("the end");
  calls.clear();
  await calls.idle();
});

test("a call that could not be sent rejects and is not pending", async () => {
  const calls = new PendingCalls();
  const refused = calls.open(() => {
    throw new TypeError("cannot be cloned");
  });
  await expect(refused).rejects.toThrow("cannot be cloned");
  await calls.idle();
});
