/** Where the weights of decoders start. */
import { expect, test } from "vitest";
import { deviationsOf } from "../../../src/policies/families/initial-deviation.ts";
import { gpt2 } from "../../../src/policies/families/gpt2.ts";
import { llama } from "../../../src/policies/families/llama.ts";

test("by default a product keeps the variance of what goes in, whatever the width", () => {
  expect(deviationsOf({ width: 64, layers: 2 })).toEqual({ matrix: 0.125, residual: 0.0625 });
  expect(deviationsOf({ width: 2500, layers: 8 }).matrix).toBe(0.02);
});

test("what is stated is taken", () => {
  expect(deviationsOf({ width: 64, layers: 8, initialDeviation: 0.02 })).toEqual({ matrix: 0.02, residual: 0.005 });
});

test("families start there, and say so in config.json", () => {
  const context = { vocabularySize: 7, contextLength: 16 };
  const values = { layers: 2, width: 16, heads: 2, tied: true, normEpsilon: 1e-5, initialDeviation: 0.5 };
  const rotary = llama.create({ ...values, ropeTheta: 10_000 }, context);
  expect(rotary.parameters["model.layers.0.mlp.up_proj.weight"]?.initial).toEqual({ standardDeviation: 0.5 });
  expect(rotary.config["initializer_range"]).toBe(0.5);
  const learned = gpt2.create({ ...values, activation: "gelu_new", scaledByWidth: true, scaledByLayer: false }, context);
  expect(learned.parameters["transformer.h.0.mlp.c_fc.weight"]?.initial).toEqual({ standardDeviation: 0.5 });
  expect(learned.config["initializer_range"]).toBe(0.5);
});
