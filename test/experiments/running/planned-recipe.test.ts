/** From a planned training to a recipe. */
import { cpSync, mkdirSync, mkdtempSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { concreteEngineNames } from "../../../src/engine/choose.ts";
import { stageStoreIn, type StageStore } from "../../../src/experiments/stage-store/stage-store.ts";
import { planExperiment } from "../../../src/experiments/planning/run-plan.ts";
import type { PlannedTraining } from "../../../src/experiments/planning/planned.ts";
import { machineFor, recipeFor } from "../../../src/experiments/running/planned-recipe.ts";
import { policyOf, savePolicy } from "../../../src/policies/checkpoints/huggingface.ts";
import { initialWeights } from "../../../src/policies/initialize.ts";
import { tasks, type TaskValues } from "../../../src/tasks/index.ts";
import type { Recipe } from "../../../src/training/recipe/recipe.ts";
import { policySource, bytesOf } from "../../fixtures/recipes.ts";

const path = "test/fixtures/experiments/small.yaml";
const [run] = planExperiment(path) as [ReturnType<typeof planExperiment>[number]];
const [teacher, start] = ["teacher", "start"].map((name) => run.stages.find((stage) => stage.name === name)) as [
  PlannedTraining,
  PlannedTraining,
];
const machine: Recipe["machine"] = { engine: "cpu", threads: 1, samplers: 1 };

let stageStore: StageStore;
beforeEach(() => {
  stageStore = stageStoreIn(join(mkdtempSync(join(tmpdir(), "retort-recipes-")), "stages"));
});

/** Saves a stage's student with weights of `seed` where the stage would have left it. */
const leave = async (stage: PlannedTraining, seed: number): Promise<ReturnType<typeof initialWeights>> => {
  const { student } = await recipeFor(stage, path, stageStore, machine);
  const policy = policyOf(student.config);
  const weights = initialWeights(policy, seed);
  const folder = stageStore.folder(stage.id);
  mkdirSync(folder, { recursive: true });
  await savePolicy(folder, { policy, weights });
  const { task, taskSeed } = stage.values;
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(tasks.create(task, { seed: taskSeed }).tokenizer.toJSON()));
  return weights;
};

describe("a recipe", () => {
  test("of a new student has its family's weights by the stage's own seed, and the task's sizes", async () => {
    const { student, seed, taskSeed, teacher: none, folder } = await recipeFor(start, path, stageStore, machine);
    const policy = policyOf(student.config);
    expect([seed, taskSeed, none]).toEqual([9, 4, undefined]);
    expect(bytesOf(student.weights)).toEqual(bytesOf(initialWeights(policy, 9)));
    expect(policy.vocabularySize).toBe(17);
    expect(policy.contextLength).toBe(start.contextLength);
    expect(resolve(folder)).toBe(resolve("test/fixtures/experiments"));
  });

  test("of a run has what its stages left, and the file's values", async () => {
    const weights = { teacher: await leave(teacher, 21), start: await leave(start, 22) };
    const recipe = await recipeFor(run, path, stageStore, machine);
    expect(bytesOf(recipe.student.weights)).toEqual(bytesOf(weights.start));
    expect(bytesOf(policySource(recipe.teacher)!.weights)).toEqual(bytesOf(weights.teacher));
    expect(policySource(recipe.teacher)!.temperature).toBe(0.5);
    expect(recipe.rollouts).toEqual({ group: 2, temperature: 1, behavior: { type: "student" }, chunk: 4, maxNewTokens: run.maxNewTokens });
    const { objective, rewards, training, data, evaluation, task } = run.values;
    expect(recipe).toMatchObject({ objective, rewards, training, data, evaluation, task, machine, seed: 4, taskSeed: 4 });
    expect(structuredClone(recipe)).toEqual(recipe);
  });

  test("of some of a stage's layers has those layers' weights", async () => {
    const [short] = planExperiment(path, ["/stages/start/student/layers=3", "/student/layers=[2, 0]"]) as [typeof run];
    const weights = await leave(
      short.stages.find(({ name }) => name === "start")!,
      22,
    );
    await leave(
      short.stages.find(({ name }) => name === "teacher")!,
      21,
    );
    const { student } = await recipeFor(short, path, stageStore, machine);
    expect(student.config).toMatchObject({ num_hidden_layers: 2, hidden_size: 16 });
    for (const [layer, from] of [2, 0].entries()) {
      const name = (index: number): string => `model.layers.${index}.self_attn.k_proj.weight`;
      expect(student.weights[name(layer)]).toEqual(weights[name(from)]);
    }
    expect(Object.keys(student.weights).toSorted()).toEqual(Object.keys(policyOf(student.config).parameters).toSorted());
  });

  test("names the teacher's tokenizer only where it is another", async () => {
    await Promise.all([leave(teacher, 1), leave(start, 1)]);
    expect((await recipeFor(run, path, stageStore, machine)).teacher).not.toHaveProperty("tokenizer");
    const numbers = tasks.create({ ...teacher.values.task, tokenizer: "numbers" } as TaskValues, { seed: 4 }).tokenizer.toJSON();
    writeFileSync(join(stageStore.folder(teacher.id), "tokenizer.json"), JSON.stringify(numbers));
    expect((await recipeFor(run, path, stageStore, machine)).teacher).toHaveProperty("tokenizer", JSON.parse(JSON.stringify(numbers)));
  });

  test("whose stage is not there, is cut, or is another's, names the folder, and the file as the cause", async () => {
    const folder = stageStore.folder(teacher.id);
    const file = join(folder, "model.safetensors");
    const fails = async (cause: string): Promise<void> => {
      const error: unknown = await recipeFor(run, path, stageStore, machine).catch((thrown: unknown) => thrown);
      expect(String(error)).toContain(`stage "teacher" cannot be read; remove ${folder}, and it is made again`);
      expect(String((error as Error).cause)).toContain(cause);
    };
    await leave(start, 1);
    await fails(join(folder, "config.json"));
    await leave(teacher, 1);
    truncateSync(file, 500);
    await fails(`${file}: the file is cut`);
    cpSync(join(stageStore.folder(start.id), "model.safetensors"), file);
    await fails(file);
  });

  test("without the id of a stage is refused", async () => {
    await leave(teacher, 1);
    const { start: _left, ...inputs } = run.inputs;
    await expect(recipeFor({ ...run, inputs }, path, stageStore, machine)).rejects.toThrow(
      'plan: expected an id of stage "start", got teacher',
    );
  });
});

describe("the machine", () => {
  test("has the engine that was asked for, and a thread for each sampler", async () => {
    const found = await machineFor({ engine: "cpu" });
    expect(found.engine).toBe("cpu");
    expect(found.threads).toBeGreaterThanOrEqual(1);
    expect(found.threads).toBeLessThanOrEqual(4);
    expect(found.samplers).toBeGreaterThanOrEqual(1);
  });

  test("has the precision that was asked for, where the engine has it", async () => {
    expect((await machineFor({ engine: "tensorflow", precision: "bfloat16" })).engine).toBe("tensorflow-bfloat16");
    await expect(machineFor({ engine: "wasm", precision: "bfloat16" })).rejects.toThrow(
      "precision: expected float32 with the engine wasm, got bfloat16; the engine tensorflow has it",
    );
  });

  test("chooses what auto means", async () => {
    expect(concreteEngineNames).toContain((await machineFor({ engine: "auto" })).engine);
  });
});
