/** Tests of trials as tasks of an array, on the Slurm of this machine. */
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { slurm } from "../../../src/sweeps/executors/slurm.ts";
import { progressIn, trialFolder } from "../../../src/sweeps/planning/trial-progress.ts";
import { tinySweep } from "../../fixtures/tiny-sweep.ts";
import { executorLaws } from "../../laws/executor.laws.ts";

const present = spawnSync("sinfo", ["--noheader"]).status === 0;

// Needs a Slurm that answers: bench/one-node-slurm.sh starts one.
describe.skipIf(!present)("with a Slurm", () => {
  executorLaws("slurm", () => slurm({ jobs: undefined, options: [] }));

  test("a task that gets the notice before its time limit resumes after it was put back", async () => {
    const sweep = await tinySweep({ axes: { "/seed": [0] } }, 100);
    const notes: string[] = [];
    const work = await sweep.work({ note: (text) => notes.push(text) });
    const trial = work.trials[0]!;
    const running = slurm({ jobs: 1, options: [] }).run(work);
    while ((await progressIn(trialFolder(work.folder, work.sweep, trial), trial.steps)).step < 5)
      await new Promise((resolve) => setTimeout(resolve, 100));
    const array = /array (\d+)/u.exec(notes.join())?.[1] ?? "";
    expect(spawnSync("scancel", ["--signal=USR1", "--batch", `${array}_0`]).status).toBe(0);
    // Slurm lets what was put back wait for two minutes.
    const sooner = setInterval(() => spawnSync("scontrol", ["update", `JobId=${array}_0`, "StartTime=now"]), 1000);
    await running;
    clearInterval(sooner);
    expect(await sweep.attempts()).toEqual([["done", 2]]);
    sweep.remove();
  });

  test("what somebody cancels is left alone, what was lost is submitted again", async () => {
    const sweep = await tinySweep({ axes: { "/seed": [0, 1, 2] } }, 60);
    const notes: string[] = [];
    const work = await sweep.work({ note: (text) => notes.push(text) });
    const step = async (): Promise<number> =>
      (await progressIn(trialFolder(work.folder, work.sweep, work.trials[0]!), work.trials[0]!.steps)).step;
    const running = slurm({ jobs: 1, options: [] }).run(work);
    while ((await step()) < 5) await new Promise((resolve) => setTimeout(resolve, 100));
    const array = /array (\d+)/u.exec(notes.join())?.[1] ?? "";
    // One that waits is cancelled alone, one that runs loses its processes, which is no failure of the trial; then all that is left.
    expect(spawnSync("scancel", [`${array}_2`]).status).toBe(0);
    const pids = spawnSync("pgrep", ["--full", work.trials[0]!.id], { encoding: "utf8" }).stdout.trim().split("\n");
    for (const pid of pids) process.kill(Number(pid), "SIGKILL");
    while (notes.length < 3) await new Promise((resolve) => setTimeout(resolve, 100));
    const second = /array (\d+), 1 trial$/u.exec(notes.find((text) => text.endsWith(", 1 trial")) ?? "")?.[1] ?? "";
    expect(spawnSync("scancel", [array, second]).status).toBe(0);
    await running;
    expect(notes.toSorted()).toEqual([
      `slurm: array ${array}, 3 trials`,
      `slurm: array ${second}, 1 trial`,
      "slurm: somebody cancelled the tasks of 1 trial",
      "slurm: somebody cancelled the tasks of 2 trials",
    ]);
    sweep.remove();
  });
});
