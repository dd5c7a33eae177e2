/** Blocks that are computed again: the same gradients, in less memory, and refused where a policy has none. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { programMemory } from "../../../src/engine/onnx/memory.ts";
import { float32, int32, type NamedTensors, type Program } from "../../../src/engine/program.ts";
import { gpt2 } from "../../../src/policies/families/gpt2.ts";
import { llama } from "../../../src/policies/families/llama.ts";
import { ngram } from "../../../src/policies/families/ngram.ts";
import { recomputing } from "../../../src/policies/layers/recomputation.ts";
import type { Policy, Sequences } from "../../../src/policies/policy.ts";
import { compute, engines, farthest, noise } from "../../laws/evaluate.ts";
import { padded } from "../../laws/sequences.ts";

const context = { vocabularySize: 7, contextLength: 64 };
const rotary = { layers: 4, width: 16, heads: 4, keyValueHeads: 2, hidden: 24, tied: true, ropeTheta: 10_000, normEpsilon: 1e-5 };
const policies: readonly (readonly [string, Policy])[] = [
  ["llama", llama.create(rotary, context)],
  [
    "gpt2",
    gpt2.create(
      {
        layers: 4,
        width: 16,
        heads: 4,
        hidden: 24,
        normEpsilon: 1e-5,
        activation: "gelu_new",
        tied: true,
        scaledByWidth: true,
        scaledByLayer: false,
      },
      context,
    ),
  ],
];
const rows = [
  [1, 4, 2, 5],
  [3, 3, 1, 0, 6, 2],
];

/** Gradients of the sum of squares of the last two positions' logits by every parameter. */
const gradientsOf =
  (policy: Policy, again: boolean) =>
  (inputs: NamedTensors): NamedTensors => {
    const names = Object.keys(policy.parameters);
    const loss = (...weights: tf.Tensor[]): tf.Scalar => {
      const parameters = Object.fromEntries(names.map((name, i) => [name, weights[i]!]));
      return tf.sum(tf.square(policy.logits(parameters, inputs as NamedTensors & Sequences, 2)));
    };
    const differentiate = () => tf.grads(loss)(names.map((name) => inputs[name]!));
    const found = again ? recomputing(differentiate) : differentiate();
    return Object.fromEntries(names.map((name, i) => [name, found[i]!]));
  };

describe.each(policies)("%s", (_, policy) => {
  const weights = Object.fromEntries(Object.entries(policy.parameters).map(([name, { shape }]) => [name, noise(name, shape, 0.4)]));

  test.each(engines)("has the same gradients on $name", async ({ evaluate }) => {
    const values = { ...weights, ...padded(rows, [2, 4], { side: "left", length: 6, padId: 0 }) };
    const [kept, again] = [
      await compute(evaluate, values, gradientsOf(policy, false)),
      await compute(evaluate, values, gradientsOf(policy, true)),
    ];
    for (const [name, gradient] of Object.entries(kept)) expect(farthest(again[name]!, gradient), name).toBeLessThan(1e-6);
    expect(Object.values(kept).some((gradient) => Math.max(...gradient) > 1e-2)).toBe(true);
  });

  test("takes less memory, where there are more activations than weights", () => {
    const [batch, length] = [32, 48];
    const programOf = (again: boolean): Program => ({
      name: "gradients",
      inputs: {
        ...Object.fromEntries(Object.entries(policy.parameters).map(([name, { shape }]) => [name, float32(...shape)])),
        tokens: int32(batch, length),
        positions: int32(batch, length),
        mask: float32(batch, length),
        prompt: float32(batch, length),
      },
      build: gradientsOf(policy, again),
    });
    const [kept, again] = [programMemory(programOf(false)), programMemory(programOf(true))];
    expect(again.running).toBeLessThan(0.6 * kept.running);
  });
});

test("a policy without such blocks is refused", () => {
  const policy = ngram.create({ order: 2 }, context);
  expect(() => recomputing(() => policy.parameters)).toThrow(
    "expected a policy whose blocks can be computed again, such as Llama's or GPT-2's, got another",
  );
});
