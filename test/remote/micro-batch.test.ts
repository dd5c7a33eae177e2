/** Tests of requests that are joined. */
import { getEventListeners } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { microBatch } from "../../src/remote/micro-batch.ts";

const { signal } = new AbortController();

test("items of one turn share calls, in order, and each gets its own answer", async () => {
  const calls: (readonly number[])[] = [];
  const double = microBatch<number, number>({
    size: 3,
    ask: async (items) => {
      calls.push(items);
      await turn();
      return items.map((item) => item * 2);
    },
  });
  const first = [1, 2, 3, 4, 5].map((item) => double(item, signal));
  await turn();
  const later = double(6, signal);
  expect(await Promise.all([...first, later])).toEqual([2, 4, 6, 8, 10, 12]);
  expect(calls).toEqual([[1, 2, 3], [4, 5], [6]]);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("a failure is that of its batch alone", async () => {
  const ask = microBatch<number, number>({
    size: 2,
    ask: (items) => (items.includes(3) ? Promise.reject(new Error("no threes")) : Promise.resolve(items)),
  });
  const results = await Promise.allSettled([1, 2, 3, 4, 5].map((item) => ask(item, signal)));
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "rejected", "fulfilled"]);
});

test("another number of answers is refused", async () => {
  const ask = microBatch<number, number>({ size: 2, ask: () => Promise.resolve([1]) });
  await expect(Promise.all([ask(1, signal), ask(2, signal)])).rejects.toThrow(new RangeError("batch: expected 2 answers, got 1"));
});

test("who leaves gets the reason at once; the call is aborted when all have left, and not made when all left before", async () => {
  const calls: (readonly number[])[] = [];
  let inside: AbortSignal | undefined;
  const ask = microBatch<number, number>({
    size: 8,
    ask: (items, given) => {
      calls.push(items);
      inside = given;
      return new Promise((_resolve, reject) => given.addEventListener("abort", () => reject(given.reason as Error)));
    },
  });
  const [one, two] = [new AbortController(), new AbortController()];
  const [a, b, c] = [ask(1, one.signal), ask(2, two.signal), ask(3, one.signal)];
  await turn();
  one.abort(new Error("first"));
  await expect(a).rejects.toThrow("first");
  await expect(c).rejects.toThrow("first");
  expect(inside?.aborted).toBe(false);
  two.abort(new Error("second"));
  await expect(b).rejects.toThrow("second");
  expect(inside?.aborted).toBe(true);

  const early = new AbortController();
  const never = ask(4, early.signal);
  early.abort(new Error("early"));
  await expect(never).rejects.toThrow("early");
  await expect(ask(5, early.signal)).rejects.toThrow("early");
  await turn();
  expect(calls).toEqual([[1, 2, 3]]);
});
