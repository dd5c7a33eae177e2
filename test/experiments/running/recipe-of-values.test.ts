/** Tests of recipes that are made from values without a file. */
import { describe, expect, test } from "vitest";
import { ExperimentError } from "../../../src/experiments/file/problem.ts";
import type { RecipeValues } from "../../../src/experiments/schema/experiment-file.ts";
import { recipeOf } from "../../../src/experiments/running/recipe-of-values.ts";

const values: RecipeValues = {
  engine: "onnx",
  task: { type: "arithmetic", numbers: [2, 2], range: [1, 4], operators: "+", train: 12, test: 4 },
  student: { type: "ngram", order: 2 },
  teacher: { student: "initial" },
  objective: { type: "distillation", divergence: { type: "reverse-kl" } },
  training: { steps: 2, batch: 4, optimizer: { type: "adamw", learningRate: 0.1 } },
};

describe("recipeOf", () => {
  test("fills in what an experiment file's defaults are, and makes the policies", async () => {
    const recipe = await recipeOf(values, { threads: 1 });
    expect(recipe.machine).toEqual({ engine: "onnx", threads: 1, samplers: 1 });
    expect(recipe.training.checkpoints.last).toBeGreaterThan(0);
    expect(recipe.student.config).toMatchObject({ model_type: "retort-ngram" });
    expect(recipe.teacher).toMatchObject({ config: recipe.student.config, temperature: 1 });
    expect(await recipeOf(values, { threads: 1 })).toEqual(recipe);
    expect((await recipeOf({ ...values, seed: 1 })).student.weights).not.toEqual(recipe.student.weights);
  });

  test("says every mistake with its pointer", async () => {
    const error: unknown = await recipeOf({ ...values, seed: "a", objective: { type: "distilation" } } as never).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ExperimentError);
    expect((error as ExperimentError).problems.map(({ pointer }) => pointer).toSorted()).toEqual(["/objective/type", "/seed"]);
  });

  const first = { student: values.student, objective: { type: "sft" }, data: { onPolicyFraction: 0 }, training: values.training };

  test.each([{ variants: { a: {}, b: {} } }, { stages: { first }, teacher: { stage: "first" } }])("refuses %j", async (more) => {
    await expect(recipeOf({ ...values, ...more })).rejects.toThrow(/^recipe: expected one training, got variants or stages/u);
  });

  test("refuses a function, which no other thread can be given", async () => {
    await expect(recipeOf({ ...values, rewards: [() => 1] as never })).rejects.toThrow(
      /^recipe: expected plain data at \/rewards\/0, got a function: .*"module": "reward\.ts"/u,
    );
  });
});
