/** Tests of trainings that a machine has no memory for. */
import { expect, test } from "vitest";
import { FileContext } from "../../../src/experiments/inputs/file-context.ts";
import { prepareExperiment } from "../../../src/experiments/planning/run-plan.ts";
import { trainingMemory } from "../../../src/experiments/planning/training-memory.ts";
import { ExperimentError } from "../../../src/experiments/file/problem.ts";
import { readExperiment } from "../../../src/experiments/file/extended-source.ts";
import { checkSource } from "../../../src/experiments/planning/sound-file.ts";

const file = "test/fixtures/experiments/valid.json";
const problemsOf = async (overrides: readonly string[], memory: number) => {
  const error: unknown = await prepareExperiment(file, overrides, {}, memory).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ExperimentError);
  return (error as ExperimentError).problems;
};

test("a run starts where its estimate and a process fit, and not with a byte less", async () => {
  const [run] = await prepareExperiment(file);
  const { values } = checkSource(readExperiment(file), []).drafts[0]!;
  const all = [...run!.stages, run!].map((one) => trainingMemory(one, values, new FileContext("test/fixtures/experiments")));
  const needed = Math.max(...all.map(({ peak }) => peak));
  expect((await prepareExperiment(file, [], {}, needed))[0]!.id).toBe(run!.id);
  expect((await problemsOf([], needed - 1)).length).toBeGreaterThan(0);
});

test("what is refused says where, what it takes, what there is, and what to lower", async () => {
  const [problem] = await problemsOf(["/training/batch=1048576"], 2 ** 33);
  expect(problem).toMatchObject({ pointer: "/training/batch", location: { override: "/training/batch=1048576" } });
  expect(problem!.message).toMatch(
    /^expected what fits into the memory of this machine, 8 GiB, got what is estimated to take [\d,.]+ GiB, of which learning from 1,048,576 sequences of up to \d+ tokens takes [\d,.]+ GiB; lower \/training\/batch, \/rollouts\/chunk, .* with --over-memory$/u,
  );
  const problems = await problemsOf([], 2 ** 20);
  expect(problems.map(({ pointer }) => pointer)).toContain("/training/batch");
  expect(problems.some(({ pointer }) => /^\/stages\/[^/]+\/training\/batch$/u.test(pointer))).toBe(true);
});

test("numbers that make arrays have bounds", async () => {
  await expect(prepareExperiment(file, ["/training/batch=1000000000"])).rejects.toThrow(/from 1 to 1048576/u);
  await expect(prepareExperiment(file, ["/rollouts/chunk=1000000000"])).rejects.toThrow(/from 1 to 1048576/u);
});
