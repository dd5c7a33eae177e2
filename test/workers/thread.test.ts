/** Tests of threads without a connection. */
import { once } from "node:events";
import { expect, test } from "vitest";
import { endThread, resetThread, startThread } from "../../src/workers/thread.ts";

const url = new URL("../fixtures/workers/echo.ts", import.meta.url);

test("a thread is named by its file or as it is told, and ends when it is asked to", async () => {
  const thread = startThread(url);
  expect(thread.name).toBe("echo.ts");
  await once(thread.worker, "online");
  const { crashed, error } = await endThread(thread, 60_000);
  expect(crashed).toBe(false);
  expect(error.message).toBe("worker echo.ts ended with exit code 0");
  expect((await thread.ended).error).toBe(error);
});

test("a thread is as new when it says so in time, and not when it has ended", async () => {
  const thread = startThread(url);
  expect(await resetThread(thread, 60_000)).toBe(true);
  thread.worker.postMessage({ kind: "call", id: 1, name: "deaf", argument: null });
  expect(await resetThread(thread, 50)).toBe(false);
  await endThread(thread, 0);
  expect(await resetThread(thread, 60_000)).toBe(false);
  expect(await resetThread(startThread(new URL("absent.ts", import.meta.url)), 60_000)).toBe(false);
});

test("a thread that does not end in time is ended", async () => {
  const thread = startThread(url, { name: "slow" });
  await once(thread.worker, "online");
  thread.worker.postMessage({ kind: "call", id: 1, name: "spin", argument: null });
  expect(await endThread(thread, 50)).toMatchObject({ crashed: false, error: { message: "worker slow ended with exit code 1" } });
});

test("who waits for a thread's end is told once, at once where it has ended, and not when it waits no more", async () => {
  const thread = startThread(url);
  await once(thread.worker, "online");
  const told: string[] = [];
  thread.onEnd(() => told.push("first"));
  thread.onEnd(() => told.push("gone"))();
  await endThread(thread, 60_000);
  expect(told).toEqual(["first"]);
  thread.onEnd(({ crashed }) => told.push(`late, ${crashed}`));
  expect(told).toEqual(["first", "late, false"]);
});
