/** Tests of `retort trial`: a trial in a process of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { main } from "../../../../src/cli/program.ts";
import { trialArguments } from "../../../../src/sweeps/executors/trial-processes.ts";
import { progressIn, trialFolder } from "../../../../src/sweeps/planning/trial-progress.ts";
import { tinySweep, type TinySweep } from "../../../fixtures/tiny-sweep.ts";
import { recorder } from "../../recorder.ts";

let sweep: TinySweep;
beforeAll(async () => {
  sweep = await tinySweep({ axes: { "/seed": [0] } }, 100_000);
});
afterAll(() => sweep.remove());

const retort = async (...args: string[]) => {
  const { terminal, errors } = recorder();
  return { code: await main(["trial", ...args], terminal), errors: errors() };
};

test("a folder without a plan, and an id that no trial has, are told", async () => {
  const unplanned = await retort(sweep.root, "a".repeat(64));
  expect(unplanned.code).toBe(1);
  expect(unplanned.errors).toContain("expected the plan of a sweep");
  const { folder } = await sweep.work();
  expect((await retort(folder, "x")).errors).toContain("expected the id of one of its 1 trials");
});

test.each(["ignore", "pipe"] as const)("a trial whose parent is gone keeps what it has and stops; its output: %s", async (output) => {
  const work = await sweep.work();
  const trial = work.trials[0]!;
  const [program, ...first] = work.command;
  const child = spawn(program!, [...first, ...trialArguments(work.folder, trial.id, work, true)], {
    stdio: ["ignore", output, output, "ipc"],
  });
  const folder = trialFolder(work.folder, work.sweep, trial);
  const before = (await progressIn(folder, trial.steps)).step;
  while ((await progressIn(folder, trial.steps)).step <= before) await new Promise((resolve) => setTimeout(resolve, 100));
  // As when the parent is killed: nobody reads any more, and the channel ends.
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.disconnect();
  expect(await once(child, "exit")).toEqual([143, null]);
  const { status, step } = await progressIn(folder, trial.steps);
  expect(status).toBe("interrupted");
  expect(step).toBeGreaterThan(before);
});
