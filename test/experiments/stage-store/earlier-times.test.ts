/** Tests of times of earlier trainings. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { earlierTimes } from "../../../src/experiments/stage-store/earlier-times.ts";
import { planExperiment } from "../../../src/experiments/planning/run-plan.ts";

const root = mkdtempSync(join(tmpdir(), "retort-times-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const folders = { out: join(root, "runs"), cache: join(root, "cache") };
const path = "test/fixtures/experiments/valid.json";
const run = (...overrides: string[]) => planExperiment(path, overrides)[0]!;

const write = (folder: string, name: string, value: unknown): void => {
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, folder, name), typeof value === "string" ? value : JSON.stringify(value));
};

test("a training takes as long as those of the same kind took, by the step", () => {
  expect(earlierTimes(path, folders)(run())).toBeUndefined();
  for (const [name, milliseconds, status] of [
    ["a", 1000, "done"],
    ["b", 3000, "done"],
    ["c", 2000, "done"],
    ["d", 9000, "failed"],
  ] as const) {
    write(`runs/valid/${name}`, "manifest.json", { status, values: run().values });
    write(`runs/valid/${name}`, "summary.json", { milliseconds });
  }
  write("runs/valid/broken", "manifest.json", "{");
  write("runs/valid/empty", "manifest.json", {});
  expect(earlierTimes(path, folders)(run("/training/steps=99", "/objective/alpha=0.5", "/seed=4"))).toEqual({
    trainings: 3,
    millisecondsPerStep: 100,
  });
  expect(earlierTimes(path, folders)(run("/training/batch=64"))).toBeUndefined();
  expect(earlierTimes("other.json", folders)(run())).toBeUndefined();
  const [stage] = run().stages;
  write("cache/stages/x", "manifest.json", { values: stage!.values, milliseconds: 50 });
  expect(earlierTimes("other.json", folders)(stage!)).toEqual({ trainings: 1, millisecondsPerStep: 5 });
});
