/** Policies out of some layers of others. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { NamedTensors } from "../../../src/engine/program.ts";
import { loadPolicy } from "../../../src/policies/checkpoints/huggingface.ts";
import { checkpointsFolder } from "../../fixtures/reference-checkpoint.ts";
import { chosenLayers, withLayers } from "../../../src/policies/checkpoints/chosen-layers.ts";
import { policies } from "../../../src/policies/families/index.ts";
import { initialWeights } from "../../../src/policies/initialize.ts";
import type { Policy, Sequences, Weights } from "../../../src/policies/policy.ts";
import { compute, engines, farthest, floats, ints } from "../../laws/evaluate.ts";

const context = { vocabularySize: 9, contextLength: 12 };
const sizes = { width: 8, heads: 2, keyValueHeads: 1, tied: false, ropeTheta: 10_000, normEpsilon: 1e-5 } as const;
const llama = (layers: number): Policy => policies.create({ type: "llama", layers, ...sizes }, context);
const deep = llama(4);
const weights = initialWeights(deep, 1);

const mask = floats([1, 3], [1, 1, 1]);
const sequences = { tokens: ints([1, 3], [4, 5, 6]), positions: ints([1, 3], [0, 1, 2]), mask, prompt: mask };

const logitsOf = async (policy: Policy, of: Weights): Promise<ArrayLike<number>> => {
  const parameters = Object.fromEntries(Object.entries(policy.parameters).map(([name, { shape }]) => [name, floats(shape, of[name]!)]));
  const { logits } = await compute(engines[0]!.evaluate, { ...parameters, ...sequences }, (inputs: NamedTensors) => ({
    logits: policy.logits(inputs, inputs as NamedTensors & Sequences),
  }));
  return logits;
};

describe("a policy out of chosen layers", () => {
  test("has them renumbered, and everything else as it was, without a copy", () => {
    const chosen = withLayers({ policy: deep, weights }, [0, 3]);
    expect(chosen.policy.config).toEqual({ ...deep.config, num_hidden_layers: 2 });
    expect(chosen.policy.parameters).toEqual(llama(2).parameters);
    expect(Object.keys(chosen.weights)).toEqual(Object.keys(chosen.policy.parameters));
    const sources: readonly (readonly [string, string])[] = [
      ["model.embed_tokens.weight", "model.embed_tokens.weight"],
      ["model.layers.0.mlp.up_proj.weight", "model.layers.0.mlp.up_proj.weight"],
      ["model.layers.1.mlp.up_proj.weight", "model.layers.3.mlp.up_proj.weight"],
      ["model.layers.1.input_layernorm.weight", "model.layers.3.input_layernorm.weight"],
      ["model.norm.weight", "model.norm.weight"],
      ["lm_head.weight", "lm_head.weight"],
    ];
    for (const [name, source] of sources) expect(chosen.weights[name]).toBe(weights[source]);
  });

  test("computes what those layers compute one after the other", async () => {
    const order = [2, 0, 2];
    const chosen = withLayers({ policy: deep, weights }, order);
    const byHand = Object.fromEntries(
      Object.keys(llama(3).parameters).map((name) => [
        name,
        weights[name.replace(/layers\.(\d)/, (_, i: string) => `layers.${order[Number(i)]}`)]!,
      ]),
    );
    expect(farthest(await logitsOf(chosen.policy, chosen.weights), await logitsOf(llama(3), byHand))).toBe(0);
    expect(farthest(await logitsOf(chosen.policy, chosen.weights), await logitsOf(llama(3), weights))).toBeGreaterThan(1e-6);
  });

  test("is the same policy when all are chosen", () => {
    const same = withLayers({ policy: deep, weights }, [0, 1, 2, 3]);
    expect([same.policy.config, same.weights]).toEqual([deep.config, weights]);
  });

  test.each<[string, number[], string]>([
    ["beyond the last", [0, 4], "layers: expected numbers from 0 to 3, since there are 4, got 4"],
    ["below the first", [-1], "got -1"],
    ["between two", [0.5], "got 0.5"],
    ["of which there are none", [], "layers: expected at least one, got none"],
  ])("is refused for a layer %s", (_, layers, message) => {
    expect(() => chosenLayers(deep, layers)).toThrow(message);
  });

  test("is refused of a policy that is not made of layers", () => {
    const ngram = policies.create({ type: "ngram", order: 2 }, context);
    expect(() => chosenLayers(ngram, [0])).toThrow("layers: expected a policy made of layers, got a retort-ngram");
  });

  test.each(["gpt2", "t5", "qwen3", "gemma"])("is one of %s too", async (name) => {
    const whole = await loadPolicy(join(checkpointsFolder, name));
    const chosen = withLayers(whole, [1, 1]);
    expect(Object.keys(chosen.policy.parameters).toSorted()).toEqual(Object.keys(withLayers(whole, [0, 1]).policy.parameters).toSorted());
    const layers = Object.keys(chosen.weights).filter(
      (key) => /(?:layers|h|block)\.0\./u.test(key) && !key.includes("relative_attention_bias"),
    );
    expect(layers.length).toBeGreaterThan(8);
    for (const key of layers) {
      const second = key.replace(/(layers|h|block)\.0\./u, "$1.1.");
      expect([chosen.weights[key], chosen.weights[second]]).toEqual([whole.weights[second], whole.weights[second]]);
    }
    const biases = Object.keys(whole.weights).filter((key) => key.includes("relative_attention_bias"));
    expect(biases).toHaveLength(name === "t5" ? 2 : 0);
    for (const key of biases) expect(chosen.weights[key]).toBe(whole.weights[key]);
    expect((await logitsOf(chosen.policy, chosen.weights)).length).toBe(3 * chosen.policy.vocabularySize);
  });

  test("names weights that are not there", () => {
    const embedding = "model.embed_tokens.weight";
    expect(() => withLayers({ policy: deep, weights: { [embedding]: weights[embedding]! } }, [3])).toThrow(
      "layers: expected weights of model.layers.3.input_layernorm.weight, got none",
    );
  });
});
