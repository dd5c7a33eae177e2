/** Parameters of rotary decoders. */
import { expect, test } from "vitest";
import { plainArithmetic, rotarySizes } from "../../../src/policies/families/rotary-decoder-options.ts";
import { rotaryPolicy } from "../../../src/policies/families/rotary-decoder-policy.ts";

const context = { vocabularySize: 7, contextLength: 16 };
const values = {
  layers: 2,
  width: 12,
  heads: 4,
  keyValueHeads: 2,
  headWidth: 4,
  hidden: 20,
  tied: true,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
  initialDeviation: 0.3,
};
const sizes = rotarySizes("some", values, context, plainArithmetic);
const { parameters } = rotaryPolicy(sizes, {}, {});

test("shapes follow from heads, their width and the feed-forward layer", () => {
  const shapes = Object.entries(parameters).map(([name, { shape }]) => [name, shape] as const);
  expect(shapes.filter(([name]) => !name.startsWith("model.layers.1."))).toEqual([
    ["model.embed_tokens.weight", [7, 12]],
    ["model.layers.0.input_layernorm.weight", [12]],
    ["model.layers.0.self_attn.q_proj.weight", [16, 12]],
    ["model.layers.0.self_attn.k_proj.weight", [8, 12]],
    ["model.layers.0.self_attn.v_proj.weight", [8, 12]],
    ["model.layers.0.self_attn.o_proj.weight", [12, 16]],
    ["model.layers.0.post_attention_layernorm.weight", [12]],
    ["model.layers.0.mlp.gate_proj.weight", [20, 12]],
    ["model.layers.0.mlp.up_proj.weight", [20, 12]],
    ["model.layers.0.mlp.down_proj.weight", [12, 20]],
    ["model.norm.weight", [12]],
  ]);
});

test("what is added to the residual stream starts smaller, norms at one", () => {
  expect(parameters["model.layers.1.self_attn.q_proj.weight"]?.initial).toEqual({ standardDeviation: 0.3 });
  for (const name of ["self_attn.o_proj", "mlp.down_proj"]) {
    expect(parameters[`model.layers.1.${name}.weight`]?.initial).toEqual({ standardDeviation: 0.15 });
  }
  expect(parameters["model.norm.weight"]?.initial).toEqual({ value: 1 });
  const around = rotaryPolicy({ ...sizes, gainOffset: 1 }, {}, {}).parameters;
  expect(around["model.norm.weight"]?.initial).toEqual({ value: 0 });
});

test("a head of its own, biases and norms of heads are there when asked for", () => {
  const added = (changes: Partial<typeof sizes>, biases: Parameters<typeof rotaryPolicy>[1]): string[] =>
    Object.keys(rotaryPolicy({ ...sizes, layers: 1, ...changes }, biases, {}).parameters)
      .filter((name) => !Object.hasOwn(parameters, name))
      .map((name) => name.replace("model.layers.0.", ""));
  const attention = ["self_attn.q_proj.bias", "self_attn.k_proj.bias", "self_attn.v_proj.bias"];
  expect(added({ tied: false }, {})).toEqual(["lm_head.weight"]);
  expect(added({}, { projections: true })).toEqual(attention);
  expect(added({}, { output: true, feedForward: true })).toEqual([
    "self_attn.o_proj.bias",
    "mlp.gate_proj.bias",
    "mlp.up_proj.bias",
    "mlp.down_proj.bias",
  ]);
  expect(added({ queryKeyNorm: true }, {})).toEqual(["self_attn.q_norm.weight", "self_attn.k_norm.weight"]);
});
