/** Schemas of a training's settings: their defaults, and what they refuse. */
import { moduleKeywordDefinition } from "../../../src/plugins/module-keyword.ts";
import type { TSchema } from "@sinclair/typebox";
import { Ajv, type ValidateFunction } from "ajv";
import { describe, expect, test } from "vitest";
import {
  DataSettings,
  OptimizerSettings,
  RolloutSettings,
  ScheduleSettings,
  TrainingSettings,
} from "../../../src/training/recipe/training-settings.ts";
import { EvaluationSettings } from "../../../src/training/recipe/evaluation-settings.ts";
import { checks } from "../../fixtures/recipes.ts";

const validating = (schema: TSchema): ValidateFunction =>
  new Ajv({ discriminator: true, keywords: [moduleKeywordDefinition], allowUnionTypes: true, useDefaults: true, strict: true }).compile(
    JSON.parse(JSON.stringify(schema)) as object,
  );

const optimizer = { type: "adamw", learningRate: 0.001 };

describe("settings", () => {
  test.each([
    ["data", DataSettings, {}, { onPolicyFraction: 1, offPolicy: "references", mixing: "step" }],
    [
      "data with a ramp",
      DataSettings,
      { onPolicyFraction: { from: 1, to: 0 } },
      { onPolicyFraction: { from: 1, to: 0, start: 0, end: 1 }, offPolicy: "references", mixing: "step" },
    ],
    ["rollouts", RolloutSettings, {}, { group: 4, temperature: 1, behavior: { type: "student" }, chunk: 32 }],
    [
      "rollouts with another behavior",
      RolloutSettings,
      { behavior: { type: "speculative" } },
      { group: 4, temperature: 1, behavior: { type: "speculative", topK: 25 }, chunk: 32 },
    ],
    ["optimizer", OptimizerSettings, optimizer, { ...optimizer, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 }],
    [
      "optimizer Adafactor",
      OptimizerSettings,
      { type: "adafactor", learningRate: 0.001 },
      {
        type: "adafactor",
        learningRate: 0.001,
        decayRate: 0.8,
        epsilon: 1e-30,
        clipThreshold: 1,
        scaleParameter: false,
        leastScale: 1e-3,
        weightDecay: 0,
      },
    ],
    [
      "optimizer SGD",
      OptimizerSettings,
      { type: "sgd", learningRate: 0.1 },
      { type: "sgd", learningRate: 0.1, momentum: 0.9, nesterov: false, weightDecay: 0 },
    ],
    [
      "optimizer Lion",
      OptimizerSettings,
      { type: "lion", learningRate: 0.001 },
      { type: "lion", learningRate: 0.001, beta1: 0.9, beta2: 0.99, weightDecay: 0 },
    ],
    [
      "optimizer Muon",
      OptimizerSettings,
      { type: "muon", learningRate: 0.02, adamw: { learningRate: 0.001 } },
      {
        type: "muon",
        learningRate: 0.02,
        momentum: 0.95,
        nesterov: true,
        iterations: 5,
        epsilon: 1e-7,
        adjustment: "original",
        weightDecay: 0.1,
        adamw: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 },
      },
    ],
    ["schedule", ScheduleSettings, {}, { warmup: 0, decay: "linear", final: 0.05 }],
    [
      "training",
      TrainingSettings,
      { steps: 9, optimizer, schedule: {}, checks: { cut: 0 }, checkpoints: {} },
      {
        steps: 9,
        batch: 64,
        updates: 1,
        optimizer: { ...optimizer, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 },
        schedule: { warmup: 0, decay: "linear", final: 0.05 },
        clipNorm: 1,
        inspectEvery: 20,
        checks: { ...checks, cut: 0 },
        checkpoints: { every: 0, minutes: 5, last: 2, best: false, keepEvery: 0 },
      },
    ],
    [
      "shaped rollouts",
      RolloutSettings,
      { topK: 50, topP: 1, minP: 0, repetitionPenalty: 1.1, minNewTokens: 0 },
      {
        group: 4,
        temperature: 1,
        behavior: { type: "student" },
        chunk: 32,
        topK: 50,
        topP: 1,
        minP: 0,
        repetitionPenalty: 1.1,
        minNewTokens: 0,
      },
    ],
    ["evaluation", EvaluationSettings, {}, { every: 0, prompts: 200, temperature: 0 }],
  ])("of %s have defaults that are valid", (_name, schema, given, expected) => {
    const filled: unknown = structuredClone(given);
    expect(validating(schema)(filled)).toBe(true);
    expect(filled).toEqual(expected);
  });

  test.each([
    ["an unknown key", DataSettings, { onPolicyFraction: 1, mixing: "step", lambda: 1 }],
    ["lambda above 1", DataSettings, { onPolicyFraction: 1.1, mixing: "step" }],
    ["a ramp above 1", DataSettings, { onPolicyFraction: { from: 0, to: 2 } }],
    ["a third author", DataSettings, { offPolicy: "student" }],
    ["a share of 1 for the teacher", RolloutSettings, { behavior: { type: "teacher-mixed", share: 1 } }],
    ["another mixing", DataSettings, { onPolicyFraction: 1, mixing: "token" }],
    ["no examples at all", DataSettings, { onPolicyFraction: 1, mixing: "step", examples: 0 }],
    ["greedy rollouts", RolloutSettings, { group: 4, temperature: 0, chunk: 32 }],
    ["a nucleus without probability", RolloutSettings, { group: 4, temperature: 1, chunk: 32, topP: 0 }],
    ["a stop string that every text has", RolloutSettings, { group: 4, temperature: 1, chunk: 32, stop: [""] }],
    ["the half likeliest token", EvaluationSettings, { every: 0, prompts: 1, temperature: 1, topK: 0.5 }],
    ["an empty group", RolloutSettings, { group: 0, temperature: 1, chunk: 32 }],
    ["a first moment that never forgets", OptimizerSettings, { ...optimizer, beta1: 1, beta2: 0.9, epsilon: 1e-8, weightDecay: 0 }],
    ["a learning rate of 0", OptimizerSettings, { type: "adamw", learningRate: 0, beta1: 0, beta2: 0, epsilon: 1, weightDecay: 0 }],
    ["an optimizer that is none", OptimizerSettings, { type: "adam", learningRate: 0.1 }],
    ["a parameter of another optimizer", OptimizerSettings, { type: "lion", learningRate: 0.1, epsilon: 1e-8 }],
    ["Muon without a rate for its AdamW", OptimizerSettings, { type: "muon", learningRate: 0.1, adamw: {} }],
    ["half a step of warm-up", ScheduleSettings, { warmup: 0.5, decay: "linear", final: 0 }],
    ["an evaluation without prompts", EvaluationSettings, { every: 0, prompts: 0, temperature: 0 }],
    ["a check that is not there", TrainingSettings, { steps: 1, optimizer, schedule: {}, checks: { kl: 1 } }],
    ["half a step of patience", TrainingSettings, { steps: 1, optimizer, schedule: {}, checks: { truncated: 0.5 } }],
    ["training without a number of steps", TrainingSettings, { batch: 1, clipNorm: 1, checkpoints: {} }],
  ])("refuse %s", (_what, schema, values) => {
    expect(validating(schema)(structuredClone(values))).toBe(false);
  });
});
