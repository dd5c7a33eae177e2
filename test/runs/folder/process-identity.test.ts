/** Whether a process still runs. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isRunning, thisProcess } from "../../../src/runs/folder/process-identity.ts";

test("this process runs, and is told from a later one of its number", async () => {
  const here = await thisProcess();
  expect(here.pid).toBe(process.pid);
  expect(await isRunning(here)).toBe(true);
  if (here.started !== "") expect(await isRunning({ ...here, started: `${here.started}0` })).toBe(false);
});

test("another process runs until it is killed", async () => {
  const child = spawn(process.execPath, ["--eval", "setInterval(() => undefined, 1000)"], { stdio: "ignore" });
  await once(child, "spawn");
  const here = await thisProcess();
  const stat = here.started === "" ? "" : readFileSync(`/proc/${child.pid}/stat`, "utf8");
  const identity = { ...here, pid: child.pid!, started: stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "" };
  expect(await isRunning(identity)).toBe(true);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(await isRunning(identity)).toBe(false);
});

test("numbers that are no process are none", async () => {
  const here = await thisProcess();
  for (const pid of [0, -1, 1.5, Number.NaN]) expect(await isRunning({ ...here, pid })).toBe(false);
});

test("of another machine, container or start of the machine nothing is known", async () => {
  const here = await thisProcess();
  for (const change of [{ host: "elsewhere" }, { boot: "before" }, { namespace: "pid:[1]" }]) {
    expect(await isRunning({ ...here, ...change })).toBeUndefined();
  }
});
