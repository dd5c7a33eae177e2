/** The Llama family. */
import { describe, expect, test } from "vitest";
import { llama } from "../../../src/policies/families/llama.ts";
import { engines } from "../../laws/evaluate.ts";
import { policyLaws } from "../../laws/policy.laws.ts";

const context = { vocabularySize: 7, contextLength: 16 };
const small = { layers: 2, width: 16, heads: 4, keyValueHeads: 2, hidden: 24, tied: true, ropeTheta: 10_000, normEpsilon: 1e-5 };
const ropeScaling = { type: "linear", factor: 2 } as const;

for (const { name, evaluate } of engines) {
  policyLaws(`llama, tied, on ${name}`, llama.create(small, context), evaluate);
  const changes = { tied: false, keyValueHeads: 1, headWidth: 6, attentionBias: true, feedForwardBias: true, ropeScaling } as const;
  policyLaws(`llama, untied, with biases and one shared head, on ${name}`, llama.create({ ...small, ...changes }, context), evaluate);
}

describe("llama", () => {
  test("keyValueHeads and hidden have defaults", () => {
    const policy = llama.create({ layers: 1, width: 32, heads: 2, tied: true, ropeTheta: 10_000, normEpsilon: 1e-5 }, context);
    expect(policy.parameters["model.layers.0.self_attn.k_proj.weight"]?.shape).toEqual([32, 32]);
    expect(policy.parameters["model.layers.0.mlp.gate_proj.weight"]?.shape).toEqual([88, 32]);
    expect(policy.parameters["lm_head.weight"]).toBeUndefined();
  });

  test("sizes that do not fit are refused by name", () => {
    expect(() => llama.create({ ...small, width: 20 }, context)).toThrow("llama: expected width to be a multiple of 2 * heads = 8");
  });
});
