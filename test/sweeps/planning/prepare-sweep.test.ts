/** Tests of sweeps that name checkpoints. */
import { expect, test } from "vitest";
import { prepareSweep } from "../../../src/sweeps/planning/prepare-sweep.ts";

const sweep = (axes: object): string => `/sweep=${JSON.stringify({ axes })}`;
const file = "test/fixtures/experiments/valid.json";

test("a file that names none is planned as it is", async () => {
  const { bases, trials, path } = await prepareSweep(file, [sweep({ "/seed": [0, 1] })]);
  expect(path).toBe(file);
  expect(Object.keys(bases)).toEqual(["run"]);
  expect(bases["run"]).not.toHaveProperty("sweep");
  expect(trials.map(({ label }) => label)).toEqual(["seed=0", "seed=1"]);
});

test("a checkpoint that one trial names and that cannot be read is told", async () => {
  const promise = prepareSweep(file, [sweep({ "/teacher": [{ stage: "teacher" }, { checkpoint: "./nowhere" }] })]);
  await expect(promise).rejects.toThrow(/nowhere/u);
});
