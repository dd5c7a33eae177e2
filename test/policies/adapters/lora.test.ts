/** Adapters: the laws of a policy hold with them, they begin as nothing, and merging changes nothing. */
import { describe, expect, test } from "vitest";
import type { NamedTensors } from "../../../src/engine/program.ts";
import { adapterNames, isAdapted, linearLayers, mergeProgram, withAdapters } from "../../../src/policies/adapters/lora.ts";
import { policies } from "../../../src/policies/families/index.ts";
import { initialWeights } from "../../../src/policies/initialize.ts";
import type { ParameterSpec, Policy, Sequences, Weights } from "../../../src/policies/policy.ts";
import { compute, engines, farthest, floats, ints, noise, type Value } from "../../laws/evaluate.ts";
import { policyLaws } from "../../laws/policy.laws.ts";

const context = { vocabularySize: 5, contextLength: 16 };
const base = policies.create(
  { type: "llama", layers: 2, width: 8, heads: 2, keyValueHeads: 1, hidden: 6, tied: true, ropeTheta: 10_000, normEpsilon: 1e-5 },
  context,
);
const adapted = withAdapters(base, { rank: 2, alpha: 3, targets: ["q_proj", "layers.1.mlp"] });
const onnx = engines.find(({ name }) => name === "onnx")!;

policyLaws("a llama with adapters", adapted, onnx.evaluate);

const mask = floats([1, 4], [1, 1, 1, 1]);
const sequences = { tokens: ints([1, 4], [4, 0, 2, 1]), positions: ints([1, 4], [0, 1, 2, 3]), mask, prompt: mask };

const valuesOf = (parameters: Readonly<Record<string, ParameterSpec>>, weights: Weights): Record<string, Value> =>
  Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, floats(shape, weights[name]!)]));

const rough = (policy: Policy): Weights =>
  Object.fromEntries(Object.entries(policy.parameters).map(([name, { shape }]) => [name, noise(name, shape, 0.5).data as Float32Array]));

const logitsOf = async (policy: Policy, weights: Weights, engine = onnx): Promise<ArrayLike<number>> => {
  const { logits } = await compute(engine.evaluate, { ...valuesOf(policy.parameters, weights), ...sequences }, (inputs: NamedTensors) => ({
    logits: policy.logits(inputs, inputs as NamedTensors & Sequences),
  }));
  return logits;
};

describe("a policy with adapters", () => {
  test("has two small matrices more for each target, and is one", () => {
    expect(adapted.layers).toEqual([
      "model.layers.0.self_attn.q_proj",
      "model.layers.1.self_attn.q_proj",
      "model.layers.1.mlp.gate_proj",
      "model.layers.1.mlp.up_proj",
      "model.layers.1.mlp.down_proj",
    ]);
    expect(Object.entries(adapted.adapters).map(([name, { shape }]) => [name, shape])).toEqual(
      [8, 8, 8, 8, 6].flatMap((into, i) => [
        [`${adapted.layers[i]}.lora_A.weight`, [2, into]],
        [`${adapted.layers[i]}.lora_B.weight`, [[8, 8, 6, 6, 8][i], 2]],
      ]),
    );
    expect(adapted.parameters).toEqual({ ...base.parameters, ...adapted.adapters });
    expect([isAdapted(adapted), isAdapted(base)]).toEqual([true, false]);
  });

  test.each(engines)("begins as its base on $name", async (engine) => {
    const weights = initialWeights(adapted, 3);
    expect(farthest(await logitsOf(adapted, weights, engine), await logitsOf(base, weights, engine))).toBe(0);
    for (const layer of adapted.layers) {
      const a = weights[adapterNames(layer).a]!;
      const [, into] = adapted.parameters[adapterNames(layer).a]!.shape as [number, number];
      const spread = Math.sqrt(a.reduce((sum, x) => sum + x * x, 0) / a.length);
      expect(spread * Math.sqrt(3 * into)).toBeGreaterThan(0.5);
      expect(spread * Math.sqrt(3 * into)).toBeLessThan(1.6);
    }
  });

  test.each(engines)("gives the same logits to 1e-5 when they are merged on $name", async (engine) => {
    const weights = rough(adapted);
    const merged = (await engine.evaluate(mergeProgram(adapted), weights)) as Weights;
    expect(Object.keys(merged)).toEqual(adapted.layers.map((layer) => `${layer}.weight`));
    const [apart, together] = [await logitsOf(adapted, weights, engine), await logitsOf(base, { ...weights, ...merged }, engine)];
    expect(farthest(apart, together)).toBeLessThan(1e-5);
    expect(farthest(apart, await logitsOf(base, weights, engine))).toBeGreaterThan(0.1);
  });

  test("scales what is added by alpha / rank", async () => {
    const weights = rough(adapted);
    const [layer] = adapted.layers as [string];
    const { a, b } = adapterNames(layer);
    const merged = (await onnx.evaluate(mergeProgram(adapted), weights)) as Weights;
    const [W, A, B] = [weights[`${layer}.weight`]!, weights[a]!, weights[b]!];
    // Row 3, column 5 of an [8, 8] weight, with A [2, 8] and B [8, 2].
    const expected = W[3 * 8 + 5]! + (3 / 2) * (B[6]! * A[5]! + B[7]! * A[8 + 5]!);
    expect(merged[`${layer}.weight`]![3 * 8 + 5]).toBeCloseTo(expected, 5);
  });

  test("of a weight that is stored [in, out] is merged transposed", async () => {
    const layer = "p";
    const spec: ParameterSpec = { shape: [3, 2], initial: { value: 0 }, fanInFanOut: true };
    const policy = withAdapters({ ...base, parameters: { "p.weight": spec } }, { rank: 1, alpha: 1, targets: [layer] });
    expect(Object.values(policy.adapters).map(({ shape }) => shape)).toEqual([
      [1, 3],
      [2, 1],
    ]);
    const weights = {
      "p.weight": new Float32Array(6),
      "p.lora_A.weight": Float32Array.of(1, 2, 3),
      "p.lora_B.weight": Float32Array.of(10, 20),
    };
    const { "p.weight": merged } = await onnx.evaluate(mergeProgram(policy), weights);
    expect(merged).toEqual(Float32Array.of(10, 20, 20, 40, 30, 60));
  });

  test.each<[string, Partial<Parameters<typeof withAdapters>[1]>, string]>([
    ["no rank", { rank: 0 }, "adapters: expected a rank of at least 1, got 0"],
    ["no targets", { targets: [] }, "adapters: expected at least one target, got none"],
    [
      "a target that is no linear layer",
      { targets: ["q_proj", "embed_tokens"] },
      'adapters: expected a part of a name, got "embed_tokens"',
    ],
    ["a norm", { targets: ["input_layernorm"] }, 'got "input_layernorm"'],
  ])("is refused with %s", (_, settings, message) => {
    expect(() => withAdapters(base, { rank: 2, alpha: 3, targets: ["q_proj"], ...settings })).toThrow(message);
  });
});

test("linear layers are what has a weight of two axes and is no table", () => {
  expect(linearLayers(base)).toHaveLength(14);
  const matrix: ParameterSpec = { shape: [2, 2], initial: { value: 0 } };
  const names = ["wte", "h.0.attn.c_attn", "shared", "encoder.block.0.layer.0.SelfAttention.relative_attention_bias", "lm_head"];
  const parameters = Object.fromEntries(names.map((name) => [`${name}.weight`, matrix]));
  expect(linearLayers({ parameters: { ...parameters, "ngram.logits": matrix } })).toEqual(["h.0.attn.c_attn", "lm_head"]);
});
