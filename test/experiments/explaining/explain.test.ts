/** Tests of what a file means. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { stageFiles, stageStoreIn } from "../../../src/experiments/stage-store/stage-store.ts";
import { explainExperiment } from "../../../src/experiments/explaining/explain.ts";
import { planExperiment } from "../../../src/experiments/planning/run-plan.ts";

const root = mkdtempSync(join(tmpdir(), "retort-explain-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const folders = { out: join(root, "runs"), cache: join(root, "cache") };

test("runs have their values with origins, and whether their stages are there", async () => {
  const path = "test/fixtures/experiments/small.yaml";
  const [planned] = planExperiment(path, ["/seed=5"]);
  const folder = stageStoreIn(join(folders.cache, "stages")).folder(planned!.stages[0]!.id);
  mkdirSync(folder, { recursive: true });
  for (const name of stageFiles) writeFileSync(join(folder, name), "{}");
  const [run, ...others] = await explainExperiment(path, ["/seed=5"], folders);
  expect(others).toEqual([]);
  expect(run?.values).toContainEqual({ pointer: "/seed", value: 5, from: "command line" });
  expect(run?.values).toContainEqual({ pointer: "/training/steps", value: 4, from: `${path}:31:20` });
  expect(run?.values).toContainEqual({ pointer: "/training/clipNorm", value: 1, from: "default" });
  expect(run?.trainings.map(({ name, made, steps, batch }) => [name, made, steps, batch])).toEqual([
    [planned!.stages[0]!.name, true, 3 - Number(planned!.stages[0]!.name === "start"), 4],
    [planned!.stages[1]!.name, false, 3 - Number(planned!.stages[1]!.name === "start"), 4],
    ["run", false, 4, 8],
  ]);
  for (const { memory, earlier } of run!.trainings) {
    expect(memory.training).toBeGreaterThan(1000);
    expect(memory.sampling).toBeGreaterThan(1000);
    expect(earlier).toBeUndefined();
  }
});
