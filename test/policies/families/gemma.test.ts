/** The Gemma family. */
import { describe, expect, test } from "vitest";
import { policyOf } from "../../../src/policies/checkpoints/huggingface.ts";
import { gemma, gemmaConfig } from "../../../src/policies/families/gemma.ts";
import { engines } from "../../laws/evaluate.ts";
import { policyLaws } from "../../laws/policy.laws.ts";

const context = { vocabularySize: 7, contextLength: 16 };
const values = {
  layers: 2,
  width: 12,
  heads: 4,
  keyValueHeads: 1,
  headWidth: 4,
  hidden: 20,
  tied: true,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
  attentionBias: false,
};
const policy = gemma.create(values, context);

for (const { name, evaluate } of engines) policyLaws(`gemma on ${name}`, policy, evaluate);

test("norms start at one, which is zero", () => {
  expect(policy.parameters["model.norm.weight"]?.initial).toEqual({ value: 0 });
});

describe("a configuration of Gemma", () => {
  test("that is written is read back", () => {
    const read = policyOf(policy.config);
    expect(read.config).toEqual(policy.config);
    expect(read.parameters).toEqual(policy.parameters);
    expect(gemmaConfig.modelType).toBe("gemma");
  });

  test("may say gelu and mean its approximation, as the first checkpoints do", () => {
    expect(policyOf({ ...policy.config, hidden_act: "gelu", hidden_activation: null }).config).toEqual(policy.config);
  });

  test.each<[Record<string, unknown>, string]>([
    [{ hidden_act: "silu" }, 'hidden_act: expected one of "gelu", "gelu_pytorch_tanh", got "silu"'],
    [{ hidden_activation: "gelu" }, 'hidden_activation: expected one of null, "gelu_pytorch_tanh", got "gelu"'],
    [{ use_bidirectional_attention: true }, "use_bidirectional_attention: expected one of null, false, got true"],
    [{ final_logit_softcapping: 30 }, '"final_logit_softcapping" is not known, and may change the arithmetic'],
  ])("with %j is refused by name", (changes, message) => {
    expect(() => policyOf({ ...policy.config, ...changes })).toThrow(message);
  });
});
