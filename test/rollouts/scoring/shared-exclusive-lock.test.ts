/** Tests of the lock: many together or one alone. */
import { expect, test } from "vitest";
import { SharedExclusiveLock } from "../../../src/rollouts/scoring/shared-exclusive-lock.ts";
import { turn } from "../../fixtures/scorers.ts";

const { signal } = new AbortController();

/** Work that notes when it enters and leaves. */
const gated = (log: string[], name: string) => {
  let leave = (): void => {};
  const left = new Promise<void>((resolve) => (leave = resolve));
  const work = async (): Promise<string> => {
    log.push(`+${name}`);
    await left;
    log.push(`-${name}`);
    return name;
  };
  return { work, leave };
};

test("shared holders run together; an exclusive one waits for them, and later ones wait for it", async () => {
  const lock = new SharedExclusiveLock();
  const log: string[] = [];
  const [a, b, c, d] = [gated(log, "a"), gated(log, "b"), gated(log, "c"), gated(log, "d")];
  const all = [
    lock.run(false, signal, a.work),
    lock.run(false, signal, b.work),
    lock.run(true, signal, c.work),
    lock.run(false, signal, d.work),
  ];
  await turn();
  expect(log).toEqual(["+a", "+b"]);
  a.leave();
  await turn();
  expect(log).toEqual(["+a", "+b", "-a"]);
  b.leave();
  await turn();
  expect(log.slice(3)).toEqual(["-b", "+c"]);
  c.leave();
  await turn();
  expect(log.slice(5)).toEqual(["-c", "+d"]);
  d.leave();
  expect(await Promise.all(all)).toEqual(["a", "b", "c", "d"]);
});

test("work that fails lets the next one in", async () => {
  const lock = new SharedExclusiveLock();
  await expect(lock.run(true, signal, () => Promise.reject(new Error("broke")))).rejects.toThrow("broke");
  expect(await lock.run(true, signal, () => Promise.resolve(1))).toBe(1);
});

test("a call that is aborted while it waits blocks no other", async () => {
  const lock = new SharedExclusiveLock();
  const stop = new AbortController();
  const log: string[] = [];
  const first = gated(log, "a");
  const running = lock.run(false, signal, first.work);
  const alone = lock.run(true, stop.signal, () => Promise.resolve());
  const behind = lock.run(false, signal, () => Promise.resolve("b"));
  stop.abort(new Error("gave up"));
  await expect(alone).rejects.toThrow("gave up");
  expect(await behind).toBe("b");
  first.leave();
  expect(await running).toBe("a");
});
