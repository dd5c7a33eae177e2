/**
 * One training for the benches of what overlaps: arithmetic, a reward and a teacher at once, everything that watches
 * left out.
 */
import { Value } from "@sinclair/typebox/value";
import { policies } from "../src/policies/families/index.ts";
import { initialWeights } from "../src/policies/initialize.ts";
import { tasks } from "../src/tasks/index.ts";
import type { Model, Recipe } from "../src/training/recipe/recipe.ts";
import { ScoringSettings } from "../src/training/recipe/scoring-settings.ts";

const values: Recipe["task"] = {
  type: "arithmetic",
  numbers: [3, 5],
  range: [1, 20],
  operators: "+-",
  train: 2000,
  test: 100,
};

/** Its task. */
export const task = tasks.create(values, { seed: 0 });

const context = {
  vocabularySize: task.tokenizer.vocabularySize,
  contextLength: task.longest.prompt + task.longest.completion,
};

/** Untrained weights take the same time as trained ones, and their completions are as long as can be. */
export const model = (layers: number, width: number): Model => {
  const policy = policies.create(
    { type: "llama", layers, width, heads: 4, tied: true, ropeTheta: 10_000, normEpsilon: 1e-5 },
    context,
  );
  return { config: policy.config, weights: initialWeights(policy, 0) };
};

/** What differs from one bench to another. */
export interface RecipeChanges extends Pick<Recipe, "student" | "teacher" | "rewards"> {
  readonly objective?: Partial<Extract<Recipe["objective"], { type: "reinforce-gkd" }>>;
  readonly rollouts: Pick<Recipe["rollouts"], "chunk" | "maxStaleness">;
  readonly steps: number;
  /** Sequences of a step. */
  readonly batch: number;
  readonly samplers: number;
}

/** The recipe; files of rewards are in this folder. */
export const recipeOf = ({ objective, rollouts, steps, batch, samplers, ...models }: RecipeChanges): Recipe => ({
  seed: 0,
  task: values,
  taskSeed: 0,
  folder: import.meta.dirname,
  ...models,
  objective: {
    type: "reinforce-gkd",
    alpha: 0.5,
    divergence: { type: "reverse-kl" },
    baseline: { type: "leave-one-out" },
    rewardScale: 1,
    normalize: "none",
    policyAverage: "sequence",
    divergenceAverage: "sequence",
    studentTemperature: 1,
    ...objective,
  },
  data: { onPolicyFraction: 1, offPolicy: "references", mixing: "step" },
  rollouts: { group: 4, temperature: 1, behavior: { type: "student" }, ...rollouts },
  training: {
    steps,
    batch,
    updates: 1,
    optimizer: { type: "adamw", learningRate: 1e-3, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0 },
    schedule: { warmup: 0, decay: "constant", final: 1 },
    clipNorm: 1,
    inspectEvery: 0,
    checks: {
      identity: 0,
      negativeDivergence: 0,
      teacherScores: 0,
      samplingAgreement: 0,
      rewardRange: 0,
      truncated: 0,
      cut: 0,
      noGradient: 0,
      noAdvantage: 0,
      constantReward: 0,
    },
    checkpoints: { every: 0, minutes: 5, last: 2, best: false, keepEvery: 0 },
  },
  evaluation: { every: 0, prompts: 1, temperature: 0 },
  scoring: Value.Create(ScoringSettings),
  machine: { engine: "onnx", threads: 1, samplers },
});
