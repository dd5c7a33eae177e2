/** Tests of threads that wait for the next who needs one like them. */
import { afterEach, expect, test } from "vitest";
import { IdleThreads } from "../../src/workers/idle-threads.ts";
import type { EchoHandlers } from "../fixtures/workers/echo.ts";
import { openThreads, startedThreads, threadsEnded } from "../fixtures/threads.ts";

const url = new URL("../fixtures/workers/echo.ts", import.meta.url);
let idle = new IdleThreads();
const connect = (name: string, heap?: number) => idle.connect<EchoHandlers>(url, heap === undefined ? { name } : { name, heap });
afterEach(async () => {
  await idle.close();
  idle = new IdleThreads();
});

test("a thread is taken again by whoever asks for its file, name and limits", async () => {
  const [first, beside] = [connect("a"), connect("a")];
  await Promise.all([first.call("echo", 1), beside.call("echo", 1)]);
  await idle.keep(first);
  await idle.keep(beside);
  const before = openThreads();
  const again = connect("a");
  expect(await again.call("closes", null)).toBe(1);
  expect(openThreads()).toBe(before);
  const [other, limited] = [connect("b"), connect("a", 64)];
  expect(await other.call("closes", null)).toBe(0);
  expect(await limited.call("closes", null)).toBe(0);
  for (const connection of [again, other, limited]) await idle.keep(connection);
});

test("a thread that has ended is not given", async () => {
  const first = connect("a");
  await first.call("echo", 1);
  await first.call("exit", 0).catch(() => undefined);
  await idle.keep(first);
  const waiting = connect("a");
  await waiting.call("echo", 1);
  await idle.keep(waiting);
  const taken = connect("a");
  await taken.call("crash", null).catch(() => undefined);
  await idle.keep(taken).catch(() => undefined);
  const anew = connect("a");
  expect(await anew.call("closes", null)).toBe(0);
  await idle.keep(anew);
});

test("threads are started in turn, each unless one waits, until somebody connects", async () => {
  const before = startedThreads();
  await idle.start([
    [url, { name: "a" }],
    [url, { name: "b" }],
    [url, { name: "a" }],
  ]);
  expect(startedThreads() - before).toBe(2);
  const starting = idle.start([
    [url, { name: "c" }],
    [url, { name: "d" }],
  ]);
  const connections = ["a", "c"].map((name) => connect(name));
  await starting;
  for (const connection of connections) expect(await connection.call("echo", 1)).toBe(1);
  expect(startedThreads() - before).toBe(3);
  for (const connection of connections) await idle.keep(connection);
});

test("a thread of another environment is not taken", async () => {
  await idle.start([[url, { name: "a" }]]);
  process.env["RETORT_TEST_THREADS"] = "other";
  const other = connect("a");
  delete process.env["RETORT_TEST_THREADS"];
  expect(await other.call("closes", null)).toBe(0);
  await idle.keep(other);
});

test("all that wait end, and what comes back later ends too", async () => {
  const [one, late] = [connect("a"), connect("b")];
  await Promise.all([one.call("echo", 1), late.call("echo", 1)]);
  await idle.keep(one);
  await idle.close();
  await idle.keep(late);
  await threadsEnded();
  expect(openThreads()).toBe(0);
});
