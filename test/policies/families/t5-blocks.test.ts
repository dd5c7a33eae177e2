/** The blocks of T5, where they can be followed by hand. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { t5 } from "../../../src/policies/families/t5.ts";
import { bucketsOf, keysAndValues, runStack, type T5Sizes } from "../../../src/policies/families/t5-blocks.ts";
import { withoutCache } from "../../../src/policies/layers/key-value-cache.ts";
import { compute, engines, farthest, floats, type Value } from "../../laws/evaluate.ts";
import { roughWeights } from "../../laws/policy.laws.ts";

const sizes: T5Sizes = {
  vocabularySize: 5,
  contextLength: 8,
  layers: 1,
  decoderLayers: 1,
  width: 2,
  heads: 1,
  headWidth: 2,
  hidden: 2,
  gated: true,
  activation: "relu",
  tied: true,
  buckets: 4,
  maxDistance: 3,
  normEpsilon: 1e-6,
  startId: 0,
};
const { vocabularySize, contextLength, ...values } = sizes;
const rough = roughWeights(t5.create(values, { vocabularySize, contextLength }));
const identity = floats([2, 2], [1, 0, 0, 1]);
const zero = floats([2, 2], [0, 0, 0, 0]);
const ones = floats([2], [1, 1]);
const name = "encoder.block.0.layer";

/** [1, 2] -> what one block of the encoder makes of it, before its last norm. */
const plain: Readonly<Record<string, Value>> = {
  ...rough,
  [`${name}.0.layer_norm.weight`]: ones,
  [`${name}.1.layer_norm.weight`]: ones,
  "encoder.final_layer_norm.weight": ones,
};
const x = floats([1, 2], [1, 7]);
const norm = ([a, b]: readonly number[]): number[] =>
  [a!, b!].map((value) => value / Math.hypot(a!, b!)).map((value) => value * Math.SQRT2);

describe.each(engines)("an encoder's block on $name", ({ evaluate }) => {
  const run = async (weights: typeof plain): Promise<number[]> => {
    const { y } = await compute(evaluate, { ...weights, x }, (inputs) => ({
      y: runStack(
        sizes,
        inputs,
        "encoder",
        { batch: 1, bias: tf.zeros([1, 1, 1, 1]), updateCache: withoutCache },
        inputs["x"] as tf.Tensor2D,
      ),
    }));
    return Array.from(y);
  };

  test("adds what the one visible position holds, projected", async () => {
    const weights = { ...plain, [`${name}.0.SelfAttention.v.weight`]: identity, [`${name}.0.SelfAttention.o.weight`]: identity };
    const attended = norm([1, 7]).map((value, i) => value + x.data[i]!);
    expect(farthest(await run({ ...weights, [`${name}.1.DenseReluDense.wo.weight`]: zero }), norm(attended))).toBeLessThan(1e-5);
  });

  test("adds the activation times the second product", async () => {
    const layer = `${name}.1.DenseReluDense`;
    const weights = { ...plain, [`${name}.0.SelfAttention.o.weight`]: zero, [`${layer}.wo.weight`]: identity };
    const gates = { [`${layer}.wi_0.weight`]: floats([2, 2], [-1, 0, 0, 1]), [`${layer}.wi_1.weight`]: floats([2, 2], [1, 0, 0, 2]) };
    const [a, b] = [x.data[0]!, x.data[1]! + 2 * norm([1, 7])[1]! ** 2];
    expect(farthest(await run({ ...weights, ...gates }), norm([a, b]))).toBeLessThan(1e-5);
  });

  test("keys and values are two products of one input", async () => {
    const { keys, values: seen } = await compute(evaluate, { x, "a.k.weight": identity, "a.v.weight": zero }, (inputs) => ({
      ...keysAndValues(sizes, inputs, "a", 1, inputs["x"] as tf.Tensor2D),
    }));
    expect([Array.from(keys), Array.from(seen)]).toEqual([
      [1, 7],
      [0, 0],
    ]);
  });
});

test("the encoder counts distances on both sides, the decoder behind itself", () => {
  expect(bucketsOf(sizes, "encoder")).toEqual({ buckets: 4, maxDistance: 3, bothSides: true });
  expect(bucketsOf(sizes, "decoder").bothSides).toBe(false);
});
