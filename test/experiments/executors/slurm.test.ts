/** Tests of trials as tasks of an array, on the Slurm of this machine. */
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { slurm } from "../../../src/experiments/executors/slurm.ts";
import { standingIn, trialFolder } from "../../../src/experiments/sweeps/standing.ts";
import { tinySweep } from "../../fixtures/tiny-sweep.ts";
import { executorLaws } from "../../laws/executor.laws.ts";

const present = spawnSync("sinfo", ["--noheader"]).status === 0;

// Needs a Slurm that answers: bench/one-node-slurm.sh starts one.
describe.skipIf(!present)("with a Slurm", () => {
  executorLaws("slurm", () => slurm({ jobs: undefined, options: [] }));

  test("a task that gets the notice before its time limit goes on after it was put back", async () => {
    const sweep = await tinySweep({ axes: { "/seed": [0] } }, 300);
    const notes: string[] = [];
    const work = await sweep.work({ note: (text) => notes.push(text) });
    const trial = work.trials[0]!;
    const running = slurm({ jobs: 1, options: [] }).run(work);
    while ((await standingIn(trialFolder(work.folder, work.sweep, trial), trial.steps)).step < 5)
      await new Promise((resolve) => setTimeout(resolve, 100));
    const array = /array (\d+)/u.exec(notes.join())?.[1] ?? "";
    expect(spawnSync("scancel", ["--signal=USR1", "--batch", `${array}_0`]).status).toBe(0);
    await running;
    expect(await sweep.attempts()).toEqual([["done", 2]]);
    sweep.remove();
  });
});
