/** One process at a time works on a folder. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { lockFolder, lockUnlessDone, holderOf, isLock, type FolderLock } from "../../../src/runs/folder/lock.ts";
import { VanishedError } from "../../../src/runs/folder/vanished-error.ts";
import { thisProcess, type ProcessIdentity } from "../../../src/runs/folder/process-identity.ts";

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "retort-lock-")), "run");
});

const locked = async (beat?: number): Promise<FolderLock> => {
  const made = await lockFolder(folder, beat);
  if (!isLock(made)) throw new Error(`expected a lock, got the holder ${JSON.stringify(made)}`);
  return made;
};

/** Writes the newest attempt as another process would. */
const left = async (attempt: number, change: Partial<ProcessIdentity>): Promise<string> => {
  await (await locked()).release();
  const path = join(folder, "attempts", `${String(attempt).padStart(4, "0")}.json`);
  writeFileSync(path, JSON.stringify({ ...(await thisProcess()), ...change }));
  return path;
};

test("a lock holds until it is released, and attempts are counted", async () => {
  expect(await holderOf(folder)).toBeUndefined();
  const first = await locked();
  expect(first.attempt).toBe(1);
  expect(await lockFolder(folder)).toMatchObject({ pid: process.pid, attempt: 1 });
  expect(await holderOf(folder)).toMatchObject({ pid: process.pid, attempt: 1 });
  await first.release();
  expect(await holderOf(folder)).toBeUndefined();
  const second = await locked();
  expect(second.attempt).toBe(2);
  await second.release();
  expect(readdirSync(join(folder, "attempts"))).toEqual(["0001.json", "0002.json"]);
});

test("of many that come at once one gets it, each time", async () => {
  for (let round = 1; round <= 5; round += 1) {
    const all = await Promise.all(Array.from({ length: 20 }, () => lockFolder(folder)));
    const locks = all.filter(isLock);
    expect(locks.map(({ attempt }) => attempt)).toEqual([round]);
    await locks[0]!.release();
  }
});

test("a process that comes between the check and the lock has it alone", async () => {
  const identity = { ...(await thisProcess()), host: "elsewhere" };
  const answer = await lockUnlessDone(folder, () => {
    writeFileSync(join(folder, "attempts", "0001.json"), JSON.stringify(identity));
    return false;
  });
  expect(answer).toMatchObject({ host: "elsewhere", attempt: 1 });
  expect(readdirSync(join(folder, "attempts"))).toEqual(["0001.json"]);
});

test("work that was done meanwhile is not locked, and while it is being done the lock has a holder", async () => {
  const first = await locked();
  let done = false;
  expect(await lockUnlessDone(folder, () => done)).toMatchObject({ pid: process.pid, attempt: 1 });
  done = true;
  await first.release();
  expect(await lockUnlessDone(folder, () => done)).toBeUndefined();
  expect(readdirSync(join(folder, "attempts"))).toEqual(["0001.json"]);
});

test("attempts that cannot be read are not taken for none", async () => {
  mkdirSync(folder);
  writeFileSync(join(folder, "attempts"), "");
  await expect(holderOf(folder)).rejects.toThrow("ENOTDIR");
});

test("a file at the folder's path is an error, however often it is tried", async () => {
  writeFileSync(folder, "");
  await expect(lockFolder(folder)).rejects.toThrow("ENOTDIR");
});

test("a folder that is removed again and again meanwhile is locked all the same", async () => {
  let removing = true;
  const removed = (async () => {
    while (removing) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  })();
  const locks = await Promise.all(Array.from({ length: 20 }, () => lockFolder(folder)));
  removing = false;
  await removed;
  for (const one of locks.filter(isLock)) await one.release();
  expect(locks.some(isLock)).toBe(true);
});

test("the lock of a process that is gone is taken over at once", async () => {
  await left(2, { started: "0" });
  expect((await locked()).attempt).toBe(3);
});

test("the lock of another machine is taken over when it gave no sign of life for long", async () => {
  const path = await left(2, { host: "elsewhere" });
  expect(await lockFolder(folder)).toMatchObject({ host: "elsewhere", attempt: 2 });
  const before = Date.now() / 1000 - 120;
  utimesSync(path, before, before);
  expect((await locked()).attempt).toBe(3);
  expect(readdirSync(join(folder, "attempts"))).toEqual(["0001.json", "0002.json", "0003.json"]);
});

test.each(["", "{", "[]", '{"pid":1}'])("a file that says %j holds nothing", async (text) => {
  writeFileSync(await left(2, {}), text);
  expect((await locked()).attempt).toBe(3);
});

test("a lock that another process has taken over is lost, and is not released", async () => {
  const first = await locked(20);
  const other = join(folder, "attempts", "0002.json");
  writeFileSync(other, JSON.stringify({ ...(await thisProcess()), host: "elsewhere" }));
  await new Promise((resolve) => first.lost.addEventListener("abort", resolve));
  expect(String(first.lost.reason)).toContain("another process took this one for dead");
  await first.release();
  expect(readFileSync(join(folder, "attempts", "0001.json"), "utf8")).not.toContain("released");
  expect(await holderOf(folder)).toMatchObject({ host: "elsewhere", attempt: 2 });
});

test("a lock whose folder was removed is lost, and is not written again", async () => {
  const first = await locked(20);
  expect(first.check()).toBeUndefined();
  await rm(dirname(folder), { recursive: true });
  await new Promise((resolve) => first.lost.addEventListener("abort", resolve));
  expect(first.lost.reason).toBeInstanceOf(VanishedError);
  await first.release();
  expect(existsSync(dirname(folder))).toBe(false);
  const second = await locked();
  await rm(folder, { recursive: true });
  await second.release();
  expect(existsSync(folder)).toBe(false);
  const third = await locked();
  await rm(folder, { recursive: true });
  mkdirSync(folder);
  expect(() => third.check()).toThrow(VanishedError);
  expect(third.lost.aborted).toBe(true);
});
