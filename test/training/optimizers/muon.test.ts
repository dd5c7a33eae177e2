/** Muon: the laws of an optimizer, beside PyTorch's in double precision, and which parameters are whose. */
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { muon } from "../../../src/training/optimizers/muon.ts";
import { optimizerLaws } from "../../laws/optimizer.laws.ts";

optimizerLaws("muon");

const settings = {
  learningRate: 1,
  momentum: 0,
  nesterov: false,
  iterations: 5,
  epsilon: 1e-7,
  adjustment: "original",
  weightDecay: 0,
  adamw: { learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
} as const;

test("matrices of layers are Muon's; tables, heads, vectors and stacks of matrices are AdamW's", () => {
  const optimizer = muon(settings);
  const kept = (name: string, shape: readonly number[]) => Object.keys(optimizer.rule({ name, shape }).slots(shape));
  expect(kept("model.layers.0.self_attn.q_proj.weight", [4, 4])).toEqual(["momentum"]);
  expect(kept("transformer.h.11.mlp.c_fc.weight", [4, 16])).toEqual(["momentum"]);
  for (const [name, shape] of [
    ["model.embed_tokens.weight", [9, 4]],
    ["lm_head.weight", [9, 4]],
    ["encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", [8, 2]],
    ["model.layers.0.input_layernorm.weight", [4]],
    ["model.layers.0.experts.weight", [2, 4, 4]],
  ] as const)
    expect(kept(name, shape)).toEqual(["first", "second"]);
});

test("a step has singular values of about 1, whatever those of the gradient are", () => {
  const optimizer = muon(settings);
  tf.tidy(() => {
    const rule = optimizer.rule({ name: "layers.0.weight", shape: [3, 2] });
    const arrays = { parameter: tf.zeros([3, 2]), slots: { momentum: tf.zeros([3, 2]) } };
    const scalars = Object.fromEntries(Object.entries(optimizer.scalars(1, 1)).map(([name, value]) => [name, tf.scalar(value)]));
    const value = tf.tensor2d([5, 0, 0, 0.3, 0, 0], [3, 2]);
    const { parameter } = rule.step(arrays, { value, scale: tf.scalar(1) }, scalars);
    const [a, b, c, d, e, f] = parameter.dataSync();
    expect([b, c, e, f].map((x) => Math.abs(x!))).toEqual([0, 0, 0, 0]);
    for (const x of [a!, d!]) {
      // A rectangle of 3 by 2 steps sqrt(3 / 2) times as far.
      expect(-x / Math.sqrt(1.5)).toBeGreaterThan(0.6);
      expect(-x / Math.sqrt(1.5)).toBeLessThan(1.3);
    }
  });
});
