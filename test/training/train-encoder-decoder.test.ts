/** Training of an encoder-decoder: the same recipes as for a decoder, with the prompt in the encoder. */
import { describe, expect, test } from "vitest";
import type { Recipe } from "../../src/training/recipe/recipe.ts";
import type { StepReport } from "../../src/training/recipe/step-report.ts";
import { model, recipe, smallT5, trained } from "../fixtures/recipes.ts";
import { roughWeights } from "../laws/policy.laws.ts";

/** A teacher of the other kind, far from uniform. */
const teacher = (): Recipe["teacher"] => {
  const policy = smallT5("1.0");
  const weights = Object.fromEntries(Object.entries(roughWeights(policy)).map(([name, { data }]) => [name, Float32Array.from(data)]));
  return { config: policy.config, weights, temperature: 1 };
};

const metric = (reports: readonly StepReport[], name: string): number[] =>
  reports.flatMap((report) => (report.kind === "step" ? [report.metrics[name]!] : []));

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

describe("a T5 student", () => {
  test("comes nearer to a T5 teacher on its own completions; sampling and learning agree at every step", async () => {
    const values = recipe({
      student: model(smallT5(), 1),
      teacher: teacher()!,
      rewards: [],
      objective: {
        type: "distillation",
        divergence: { type: "reverse-kl" },
        average: "token",
        studentTemperature: 1,
      } as Recipe["objective"],
      rollouts: { ...recipe().rollouts, group: 1 },
      training: { ...recipe().training, steps: 20, inspectEvery: 1, optimizer: { ...recipe().training.optimizer, learningRate: 0.02 } },
    });
    const divergences = metric(await trained(values), "loss");
    expect(divergences).toHaveLength(20);
    expect(mean(divergences.slice(-5))).toBeLessThan(0.7 * mean(divergences.slice(0, 5)));
  });

  test("learns from rewards beside a teacher that is a decoder", async () => {
    const losses = metric(await trained(recipe({ student: model(smallT5(), 1) })), "loss");
    expect(losses).toHaveLength(6);
    expect(losses.every(Number.isFinite)).toBe(true);
  });

  test("has a value head on its decoder's states", async () => {
    const { teacher: _none, ...others } = recipe({ student: model(smallT5(), 1) });
    const objective = { type: "actor-critic", valueWeight: 0.5, average: "sum", studentTemperature: 1, rewardScale: 1 };
    const errors = metric(await trained({ ...others, objective: objective as Recipe["objective"] }), "policy/value-error");
    expect(errors).toHaveLength(6);
    expect(errors.every(Number.isFinite)).toBe(true);
  });
});
