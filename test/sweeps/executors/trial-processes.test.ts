/** Tests of processes that run one trial after another. They are Node programs of a line. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeAll, afterAll, expect, test } from "vitest";
import type { Work } from "../../../src/sweeps/executors/executor.ts";
import { TrialProcesses, trialArguments } from "../../../src/sweeps/executors/trial-processes.ts";
import { trialFolder } from "../../../src/sweeps/planning/trial-progress.ts";
import { tinySweep, type TinySweep } from "../../fixtures/tiny-sweep.ts";

let sweep: TinySweep;
let processes = new TrialProcesses();
beforeAll(async () => {
  sweep = await tinySweep({ axes: { "/seed": [0, 1, 2] } });
});
afterEach(async () => {
  await processes.close();
  processes = new TrialProcesses();
});
afterAll(() => sweep.remove());

/** Says its number and the trial's id, and then waits for another. */
const patient = `
  const say = (id) => { console.log("process", process.pid, id); process.send({ free: true }); };
  process.on("message", ({ trial }) => say(trial));
  say(process.argv[process.argv.indexOf("trial") + 2]);`;

const workOf = (program: string, changes: Partial<Work> = {}) =>
  sweep.work({ command: [process.execPath, "-e", program, "--"], ...changes });

/** Lines of a trial's log about it. */
const saidBy = (work: Work, trial: number): string[] => {
  const one = work.trials[trial]!;
  const text = readFileSync(join(trialFolder(work.folder, work.sweep, one), "process.log"), "utf8");
  expect(text.split("\n").every((line) => line === "" || line.endsWith(one.id))).toBe(true);
  return [...text.matchAll(/process (\d+) /gu)].map(([, pid]) => pid!);
};

const isAlive = (pid: string): boolean => {
  try {
    return process.kill(Number(pid), 0);
  } catch {
    return false;
  }
};

test("one process runs one trial after another, and each trial's log has what was said about it", async () => {
  const work = await workOf(patient);
  for (const trial of [0, 1, 0]) expect(await processes.run(work.trials[trial]!, work)).toBe(0);
  const [first, again] = saidBy(work, 0);
  expect(saidBy(work, 1)).toEqual([first]);
  expect(again).toBe(first);
  expect(isAlive(first!)).toBe(true);
  await processes.close();
  expect(isAlive(first!)).toBe(false);
});

test("two trials at once have two processes, and other options another", async () => {
  const work = await workOf(`${patient} // at once`);
  const run = (trial: number, given: Work) => processes.run(given.trials[trial]!, given);
  await Promise.all([run(0, work), run(1, work)]);
  const pids = [saidBy(work, 0).at(-1), saidBy(work, 1).at(-1)];
  expect(new Set(pids).size).toBe(2);
  await run(2, { ...work, threads: 2 });
  expect(pids).not.toContain(saidBy(work, 2).at(-1));
});

test("a process that ends, fails or is killed says how, and the next trial has another", async () => {
  const dying = `const id = process.argv[process.argv.indexOf("trial") + 2];
    console.log("process", process.pid, id);
    process.send({ free: true });
    process.on("message", ({ trial }) => { console.error("process", process.pid, trial); process.kill(process.pid, "SIGKILL"); });`;
  const work = await workOf(dying);
  const run = (trial: number, given = work) => processes.run(given.trials[trial]!, given);
  expect([await run(0), await run(1), await run(2)]).toEqual([0, undefined, 0]);
  expect(saidBy(work, 1).at(-1)).toBe(saidBy(work, 0).at(-1));
  expect(saidBy(work, 2).at(-1)).not.toBe(saidBy(work, 0).at(-1));
  expect(await run(0, await workOf("process.exit(75)"))).toBe(75);
  await expect(run(0, await workOf("", { command: [join(sweep.root, "absent")] }))).rejects.toThrow("ENOENT");
});

test("a process that ended while it waited is not asked", async () => {
  const work = await workOf(`${patient} setTimeout(() => process.exit(3), 300)`);
  expect(await processes.run(work.trials[0]!, work)).toBe(0);
  await pause(1500);
  expect(await processes.run(work.trials[1]!, work)).toBe(0);
});

test("the signal stops the trial that runs", async () => {
  const controller = new AbortController();
  const work = await workOf(`process.once("SIGTERM", () => process.exit(143)); setInterval(() => {}, 1000)`, { signal: controller.signal });
  setTimeout(() => controller.abort(), 700);
  expect(await processes.run(work.trials[0]!, work)).toBe(143);
});

test("arguments say the threads, the pause, that memory does not matter, and that other trials may follow", () => {
  const some = { threads: 2, pauseAt: 7 };
  expect(trialArguments("f", "id", some)).toEqual(["trial", "f", "id", "--threads", "2", "--pause-at", "7"]);
  const all = { threads: 1, sweep: { overMemory: true as const } };
  expect(trialArguments("f", "id", all, true)).toEqual(["trial", "f", "id", "--threads", "1", "--over-memory", "--further"]);
});
