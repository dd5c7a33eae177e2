/** The T5 family. */
import { describe, expect, test } from "vitest";
import { t5 } from "../../../src/policies/families/t5.ts";
import { engines } from "../../laws/evaluate.ts";
import { policyLaws } from "../../laws/policy.laws.ts";

const context = { vocabularySize: 7, contextLength: 16 };
const v10 = {
  layers: 2,
  width: 8,
  heads: 2,
  headWidth: 3,
  hidden: 10,
  gated: false,
  activation: "relu",
  tied: true,
  buckets: 6,
  maxDistance: 5,
  normEpsilon: 1e-6,
  startId: 0,
} as const;
const v11 = { ...v10, layers: 1, decoderLayers: 2, gated: true, activation: "gelu_new", tied: false, startId: 3 } as const;

for (const { name, evaluate } of engines) {
  // Finite differences would cross the kink of relu.
  policyLaws(`t5 v1.0, but smooth, on ${name}`, t5.create({ ...v10, activation: "silu" }, context), evaluate, "end of prompt");
  policyLaws(`t5 v1.1 on ${name}`, t5.create(v11, context), evaluate, "end of prompt");
}

describe("t5", () => {
  test("sizes have defaults", () => {
    const { parameters } = t5.create({ ...v11, heads: 3, headWidth: undefined!, hidden: undefined!, decoderLayers: undefined! }, context);
    expect(parameters["decoder.block.0.layer.1.EncDecAttention.q.weight"]?.shape).toEqual([9, 8]);
    expect(parameters["encoder.block.0.layer.1.DenseReluDense.wi_1.weight"]?.shape).toEqual([32, 8]);
    expect(parameters["decoder.block.1.layer.0.layer_norm.weight"]).toBeUndefined();
  });

  test.each<[Partial<Parameters<typeof t5.create>[0]>, string]>([
    [{ maxDistance: 3 }, "t5: expected maxDistance to be above half of the 6 buckets, got 3"],
    [{ startId: 7 }, "t5: expected startId to be a token below 7, got 7"],
    [{ gated: true, activation: "gelu" }, "t5: expected another activation than gelu behind a gate"],
  ])("%j is refused by name", (changes, message) => {
    expect(() => t5.create({ ...v10, ...changes }, context)).toThrow(message);
  });
});
