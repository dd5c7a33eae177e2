/** Initial weights. */
import { expect, test } from "vitest";
import { llama } from "../../src/policies/families/llama.ts";
import { initialWeights, layerParameterCount, parameterCount } from "../../src/policies/initialize.ts";

const sizes = { layers: 2, width: 64, heads: 4, hidden: 96, tied: true, ropeTheta: 10_000, normEpsilon: 1e-5 };
const context = { vocabularySize: 50, contextLength: 16 };
const policy = llama.create(sizes, context);

test("weights have the stated spread, and norms are one", () => {
  const weights = initialWeights(policy, 3);
  expect(Object.keys(weights)).toEqual(Object.keys(policy.parameters));
  for (const [name, { initial }] of Object.entries(policy.parameters)) {
    const values = weights[name]!;
    if ("value" in initial) expect(values.every((x) => x === initial.value)).toBe(true);
    else {
      const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
      const spread = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
      expect(Math.abs(mean / initial.standardDeviation)).toBeLessThan(5 / Math.sqrt(values.length));
      expect(Math.abs(spread / initial.standardDeviation - 1)).toBeLessThan(5 / Math.sqrt(2 * values.length));
    }
  }
});

test("the same seed gives the same weights, another seed others, and a new layer leaves the old ones", () => {
  const name = "model.layers.0.self_attn.q_proj.weight";
  const deeper = llama.create({ ...sizes, layers: 3 }, context);
  expect(initialWeights(policy, 3)).toEqual(initialWeights(policy, 3));
  expect(initialWeights(policy, 4)[name]).not.toEqual(initialWeights(policy, 3)[name]);
  expect(initialWeights(policy, 3)["model.layers.1.self_attn.q_proj.weight"]).not.toEqual(initialWeights(policy, 3)[name]);
  expect(initialWeights(deeper, 3)[name]).toEqual(initialWeights(policy, 3)[name]);
});

test("parameters are counted once", () => {
  const layer = 4 * 64 * 64 + 3 * 64 * 96 + 2 * 64;
  expect(parameterCount(policy)).toBe(50 * 64 + 2 * layer + 64);
  expect(parameterCount(llama.create({ ...sizes, tied: false }, context))).toBe(2 * 50 * 64 + 2 * layer + 64);
  expect(layerParameterCount(policy)).toBe(2 * layer);
});
