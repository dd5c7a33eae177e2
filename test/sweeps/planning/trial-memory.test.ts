/** Tests of what trials are estimated to take. */
import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { prepareSweep } from "../../../src/sweeps/planning/prepare-sweep.ts";
import { explainExperiment } from "../../../src/experiments/explaining/explain.ts";

const file = "test/fixtures/experiments/valid.json";
const threads = Math.min(availableParallelism(), 4);
const memoryOf = async (axes: object, each = threads): Promise<number> => {
  const { memory } = await prepareSweep(file, [`/sweep=${JSON.stringify({ axes })}`]);
  return memory.largest(each);
};

test("the largest trial counts, and it takes what retort explain says", async () => {
  const [small, large] = [await memoryOf({ "/training/batch": [8] }), await memoryOf({ "/training/batch": [64] })];
  expect(large).toBeGreaterThan(small);
  expect(await memoryOf({ "/training/batch": [8, 64], "/seed": [0, 1] })).toBe(large);
  const [run] = await explainExperiment(file, ["/training/batch=64"], { out: "runs", cache: ".retort" });
  expect(large).toBe(run!.trainings.at(-1)!.memory.peak);
});

test("trials of fewer threads take less", async () => {
  const axes = { "/training/batch": [8] };
  expect(await memoryOf(axes, 1)).toBeLessThan(await memoryOf(axes, 2));
});
