/** The value head: a linear function of the hidden states, which it leaves alone. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { initialValueHead, valueHeadParameters, valuesOf } from "../../src/policies/value-head.ts";
import { compute, engines, expectGradients, farthest, noise } from "../laws/evaluate.ts";
import { smallLlama } from "../fixtures/recipes.ts";

const policy = smallLlama();
const [B, T, D] = [2, 3, 5];
const given = { hidden: noise("hidden", [B, T, D]), weight: noise("weight", [1, D]), bias: noise("bias", [1]) };
const named = (inputs: Readonly<Record<string, tf.Tensor>>) => ({
  "value_head.weight": inputs["weight"]!,
  "value_head.bias": inputs["bias"]!,
});

test("its parameters are those that it starts with, all zero", () => {
  const initial = initialValueHead(policy);
  expect(Object.keys(initial)).toEqual(Object.keys(valueHeadParameters(policy)));
  for (const [name, { shape }] of Object.entries(valueHeadParameters(policy))) {
    expect(initial[name]).toEqual(new Float32Array(shape.reduce((size, n) => size * n, 1)));
  }
  expect(valueHeadParameters(policy)["value_head.weight"]!.shape).toEqual([1, policy.hiddenSize]);
});

describe.each(engines)("values on $name", ({ evaluate }) => {
  test("are w h + b at every position", async () => {
    const { values } = await compute(evaluate, given, (inputs) => ({ values: valuesOf(named(inputs), inputs["hidden"] as tf.Tensor3D) }));
    const expected = Array.from({ length: B * T }, (_, position) =>
      Array.from(given.weight.data).reduce((sum, w, d) => sum + w * given.hidden.data[position * D + d]!, given.bias.data[0]!),
    );
    expect(farthest(values, expected)).toBeLessThan(1e-5);
  });

  test("have the gradients of finite differences in the head", () =>
    expectGradients(evaluate, given, ["weight", "bias"], noise("weights", [B, T]), (inputs) =>
      valuesOf(named(inputs), inputs["hidden"] as tf.Tensor3D),
    ));

  test("give the hidden states no gradient", async () => {
    const { all, frozen } = await compute(evaluate, given, (inputs) => {
      const loss = (hidden: tf.Tensor, through: tf.Tensor): tf.Scalar =>
        tf.sum(tf.add(tf.sum(tf.square(valuesOf(named(inputs), through as tf.Tensor3D))), tf.sum(hidden)));
      return {
        all: tf.grad((hidden) => loss(hidden, hidden))(inputs["hidden"]!),
        frozen: tf.grad((hidden) => loss(hidden, inputs["hidden"]!))(inputs["hidden"]!),
      };
    });
    expect(all).toEqual(frozen);
  });
});
