/** Tests of work that ends in time. */
import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { DeadlineError, withDeadline } from "../../src/remote/deadline.ts";

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));

test("what ends in time is its value, and nothing is left of it", async () => {
  const { signal } = new AbortController();
  let inside: AbortSignal | undefined;
  const value = await withDeadline(60_000, signal, (limited) => {
    inside = limited;
    return Promise.resolve(7);
  });
  expect([value, inside?.aborted, getEventListeners(signal, "abort")]).toEqual([7, false, []]);
});

test("what does not is told so", async () => {
  const { signal } = new AbortController();
  await expect(withDeadline(5, signal, untilAborted)).rejects.toEqual(new DeadlineError("no end within 5 ms"));
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("the caller's reason comes through, before and during the work", async () => {
  const reason = new Error("enough");
  await expect(withDeadline(60_000, AbortSignal.abort(reason), () => Promise.resolve(1))).rejects.toBe(reason);
  const controller = new AbortController();
  const work = withDeadline(60_000, controller.signal, untilAborted);
  controller.abort(reason);
  await expect(work).rejects.toBe(reason);
});
