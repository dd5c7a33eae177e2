/** Tests of the supervision of one trial's process. Processes that fail, die or find another at work are Node programs of a line. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lockFolder, isLock } from "../../../src/runs/folder/lock.ts";
import { isReached, supervise } from "../../../src/sweeps/executors/supervise.ts";
import { TrialProcesses } from "../../../src/sweeps/executors/trial-processes.ts";
import { trialFolder } from "../../../src/sweeps/planning/trial-progress.ts";
import { tinySweep, type TinySweep } from "../../fixtures/tiny-sweep.ts";

let sweep: TinySweep;
beforeAll(async () => {
  sweep = await tinySweep({ axes: { "/seed": [0] } });
});
afterAll(() => sweep.remove());

/** Supervises the trial with a program instead of `retort`; says how it ended and how often it was begun. */
const supervised = async (program: string, retries = 1, signal?: AbortSignal) => {
  const count = join(sweep.root, "count");
  writeFileSync(count, "");
  const text = `require("fs").appendFileSync(${JSON.stringify(count)}, "x"); ${program}`;
  const work = await sweep.work({ command: [process.execPath, "-e", text, "--"], retries, ...(signal === undefined ? {} : { signal }) });
  const outcome = await supervise(work.trials[0]!, work, new TrialProcesses());
  return { outcome, begun: readFileSync(count, "utf8").length };
};

describe("a process", () => {
  test("that fails is begun again as often as asked for", async () => {
    expect(await supervised("process.exit(1)", 2)).toEqual({ outcome: "failed", begun: 3 });
    expect(await supervised("process.exit(2)", 0)).toEqual({ outcome: "failed", begun: 1 });
  });

  test("that dies again and again without a step is given up", async () => {
    expect(await supervised('process.kill(process.pid, "SIGKILL")')).toEqual({ outcome: "failed", begun: 6 });
  });

  test("that finds another one at work is left at that", async () => {
    expect(await supervised("process.exit(75)")).toEqual({ outcome: "held", begun: 1 });
  });

  test("is asked to stop when the signal comes, once", async () => {
    const controller = new AbortController();
    const stopped = supervised('process.once("SIGTERM", () => process.exit(143)); setInterval(() => {}, 1000)', 1, controller.signal);
    setTimeout(() => controller.abort(), 700);
    expect(await stopped).toMatchObject({ outcome: "stopped" });
  });

  test("is not begun where another one has the trial", async () => {
    const work = await sweep.work();
    const folder = trialFolder(work.folder, work.sweep, work.trials[0]!);
    mkdirSync(dirname(folder), { recursive: true });
    const held = await lockFolder(folder);
    if (!isLock(held)) throw new Error("expected a lock");
    expect(await supervised("process.exit(1)")).toEqual({ outcome: "held", begun: 0 });
    await held.release();
  });

  test("writes what it says to the trial's log", async () => {
    await supervised('console.log("said"); process.exit(1)', 0);
    const work = await sweep.work();
    const log = join(trialFolder(work.folder, work.sweep, work.trials[0]!), "process.log");
    expect(existsSync(log) && readFileSync(log, "utf8")).toContain("said");
  });
});

test("a trial needs no process when it is done, or paused where it should", () => {
  expect(isReached({ status: "done", step: 1 }, undefined)).toBe(true);
  expect(isReached({ status: "paused", step: 4 }, 4)).toBe(true);
  expect(isReached({ status: "paused", step: 4 }, 5)).toBe(false);
  expect(isReached({ status: "paused", step: 4 }, undefined)).toBe(false);
});
