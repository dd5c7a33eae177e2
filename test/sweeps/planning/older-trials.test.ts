/** Tests of finding a sweep's trials of older code. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../../src/sweeps/executors/local.ts";
import { driveSweep } from "../../../src/sweeps/driving/drive-rungs.ts";
import { writeFrozen } from "../../../src/sweeps/planning/frozen.ts";
import { olderTrials } from "../../../src/sweeps/planning/older-trials.ts";
import { prepareSweep } from "../../../src/sweeps/planning/prepare-sweep.ts";
import { tinySweep, type TinySweep } from "../../fixtures/tiny-sweep.ts";

let tiny: TinySweep;
beforeAll(async () => {
  tiny = await tinySweep({ axes: { "/seed": [0, 1] } }, 2);
});
afterAll(() => tiny.remove());

const code = (share: number): string => `import { defineBaseline } from "retort-rl/objectives";
export default defineBaseline({ create: () => ({ name: "share", initial: null,
  estimate: (rewards, _group, state) => ({ baselines: new Float32Array(rewards.length).fill(${share}), state }) }) });`;

test("an edit of a module makes every trial of its file another, and none of another file's; the older ones are named", async () => {
  const module = join(tiny.root, "share.ts");
  writeFileSync(module, code(0.5));
  const experiment = JSON.parse(readFileSync(tiny.file, "utf8")) as { objective: object };
  const other = join(tiny.root, "other.json");
  cpSync(tiny.file, other);
  writeFileSync(tiny.file, JSON.stringify({ ...experiment, objective: { ...experiment.objective, baseline: { module: "./share.ts" } } }));
  const [own, others] = [await prepareSweep(tiny.file), await prepareSweep(other)];
  const work = await tiny.work();
  const sweep = { ...work.sweep, bases: own.bases, trials: [...own.trials] };
  const driving = {
    executor: local(1),
    threads: 1,
    retries: 0,
    command: work.command,
    signal: work.signal,
    show: () => undefined,
    note: () => undefined,
  };
  await writeFrozen(work.folder, sweep);
  const states = await driveSweep({ folder: work.folder, sweep }, undefined, driving);
  expect(states.map(({ progress }) => progress.status)).toEqual(["done", "done"]);
  expect(olderTrials(work.folder, own)).toEqual({ count: 0, changes: [] });

  writeFileSync(module, code(0.25));
  const [edited, unchanged] = [await prepareSweep(tiny.file), await prepareSweep(other)];
  expect(edited.trials.filter(({ id }) => own.trials.some((trial) => trial.id === id))).toEqual([]);
  expect(unchanged.trials).toEqual(others.trials);
  const older = olderTrials(work.folder, edited);
  expect(older).toEqual({ count: 2, changes: [{ path: "share.ts", before: own.files["share.ts"], now: edited.files["share.ts"] }] });
  expect(olderTrials(join(tiny.root, "none"), edited).count).toBe(0);
  expect(readdirSync(work.folder).filter((name) => name.startsWith("trial") || name.startsWith("run"))).toHaveLength(2);
});
