/** Tests of how long a sweep takes: stages once, each trial by itself, and what is done not at all. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { readExperiment } from "../../../src/experiments/file/extended-source.ts";
import type { PlannedTraining } from "../../../src/experiments/planning/planned.ts";
import { stageFiles, stageStoreIn } from "../../../src/experiments/stage-store/stage-store.ts";
import { runFolder } from "../../../src/runs/folder/run-folder.ts";
import { planSweep } from "../../../src/sweeps/planning/sweep-plan.ts";
import { SweepTimes } from "../../../src/sweeps/planning/sweep-time.ts";

const root = mkdtempSync(join(tmpdir(), "retort-sweep-time-"));
afterAll(() => rmSync(root, { recursive: true }));
const folders = { out: join(root, "runs"), cache: join(root, "cache") };
const file = "test/fixtures/experiments/small.yaml";

const planned = (axes: object) => planSweep(readExperiment(file), [`/sweep=${JSON.stringify({ axes })}`]);
const trials = planned({ "/training/steps": [4, 8], "/seed": [1, 2] });

const write = (folder: string, manifest: object): void => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest));
};
const measured = ({ values }: PlannedTraining, millisecondsPerStep: number) => ({
  status: "done",
  values,
  milliseconds: millisecondsPerStep * values.training.steps,
});

beforeEach(() => {
  rmSync(root, { recursive: true });
  const [{ stages }] = trials as [(typeof trials)[number]];
  write(join(folders.out, "small", "before"), measured(trials[0]!, 1000));
  stages.forEach((stage, i) => write(join(folders.cache, "stages", `before-${i}`), measured(stage, [100, 10][i]!)));
});

const timesOf = (all: typeof trials): SweepTimes => {
  const times = new SweepTimes(file, folders);
  for (const trial of all) times.add(trial);
  return times;
};

/** Both stages have another seed where the run has one, but for `start`, whose seed is its own. */
const stageIds = new Set(trials.flatMap(({ stages }) => stages.map(({ id }) => id)));
const stageTime = [...stageIds]
  .map((id) => trials.flatMap(({ stages }) => stages).find((stage) => stage.id === id)!)
  .reduce((sum, { name, values }) => sum + values.training.steps * (name === trials[0]!.stages[0]!.name ? 100 : 10), 0);

test("stages are counted once, and each trial by its own steps", () => {
  expect(trials.map(({ values }) => values.training.steps)).toEqual([4, 4, 8, 8]);
  expect(timesOf(trials).total(1)).toEqual({
    trials: 4,
    stages: stageIds.size,
    unmeasured: 0,
    milliseconds: 24_000 + stageTime,
  });
  expect(timesOf([]).total(3)).toEqual({ trials: 0, stages: 0, unmeasured: 0, milliseconds: 0 });
});

test("several at once wait for a stage that another one makes", () => {
  const alike = planned({ "/training/steps": [4, 8], "/objective/alpha": [0.1, 0.2] });
  const stages = alike[0]!.stages.reduce((sum, { values }, i) => sum + values.training.steps * [100, 10][i]!, 0);
  expect(timesOf(alike).total(1).milliseconds).toBe(stages + 24_000);
  expect(timesOf(alike).total(2).milliseconds).toBe(stages + 12_000);
  expect(timesOf(alike).total(4).milliseconds).toBe(stages + 8000);
  expect(timesOf(alike).total(9).milliseconds).toBe(stages + 8000);
});

test("trials that are done and stages that are stored take nothing", () => {
  const [first, ...others] = trials as [(typeof trials)[number]];
  write(runFolder(folders.out, first, false).folder, { id: first.id, status: "done" });
  for (const { id } of trials.flatMap(({ stages }) => stages)) {
    const folder = stageStoreIn(join(folders.cache, "stages")).folder(id);
    mkdirSync(folder, { recursive: true });
    for (const name of stageFiles) writeFileSync(join(folder, name), "{}");
  }
  expect(timesOf(trials).total(1)).toEqual({ trials: others.length, stages: 0, unmeasured: 0, milliseconds: 20_000 });
});

test("what was never measured is counted as such", () => {
  const other = planned({ "/training/batch": [8, 16] });
  expect(timesOf(other).total(1)).toMatchObject({ trials: 2, unmeasured: 1 });
});
