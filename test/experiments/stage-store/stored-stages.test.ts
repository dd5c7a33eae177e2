/** Tests of the list of stored stages. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { stageFiles, stageStoreIn } from "../../../src/experiments/stage-store/stage-store.ts";
import { storedStages, staleness } from "../../../src/experiments/stage-store/stored-stages.ts";
import { planExperiment } from "../../../src/experiments/planning/run-plan.ts";
import { packageVersion } from "../../../src/runs/folder/package-version.ts";

const root = mkdtempSync(join(tmpdir(), "retort-stages-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const folders = { out: join(root, "runs"), cache: join(root, "cache") };

const stagesOf = (...overrides: string[]) => planExperiment("test/fixtures/experiments/valid.json", overrides)[0]!.stages;

test("stored stages are listed with the runs that used them, and with their differences from a file", () => {
  expect(storedStages(folders)).toEqual([]);
  const teacher = stagesOf().find(({ name }) => name === "teacher")!;
  const folder = stageStoreIn(join(folders.cache, "stages")).folder(teacher.id);
  mkdirSync(folder, { recursive: true });
  for (const name of stageFiles) writeFileSync(join(folder, name), "xx");
  const { name, id, values, inputs, checkpoints } = teacher;
  const manifest = { name, id, values, inputs, checkpoints, accuracy: 0.5, versions: { "retort-rl": packageVersion() } };
  writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest));
  mkdirSync(join(folders.cache, "stages", "half"));
  writeFileSync(join(folders.cache, "stages", "half", "manifest.json"), JSON.stringify(manifest));
  const run = join(folders.out, "valid", "run");
  mkdirSync(run, { recursive: true });
  writeFileSync(join(run, "manifest.json"), JSON.stringify({ stages: { teacher: id } }));

  const kept = storedStages(folders);
  expect(kept).toMatchObject([{ folder, name, id, accuracy: 0.5, usedBy: [run] }]);
  expect(kept[0]!.bytes).toBe(2 * (stageFiles.length - 1) + JSON.stringify(manifest).length);
  const asked = (...overrides: string[]) =>
    staleness(
      kept[0]!,
      stagesOf(...overrides).find((stage) => stage.name === "teacher")!,
    );
  expect(asked()).toEqual([]);
  // What is checked, and how scorers are asked, decides nothing.
  expect(asked("/stages/teacher/training/checks/rewardRange=0", "/stages/teacher/scoring/mostDropped=0.1")).toEqual([]);
  expect(asked("/stages/teacher/training/steps=31", "/stages/teacher/seed=4", "/task/operators=+")).toEqual(
    expect.arrayContaining([
      { pointer: "/training/steps", kept: 30, asked: 31 },
      { pointer: "/seed", kept: 0, asked: 4 },
    ]),
  );
});
