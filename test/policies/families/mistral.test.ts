/** The Mistral family. */
import { describe, expect, test } from "vitest";
import { policyOf } from "../../../src/policies/checkpoints/huggingface.ts";
import { mistral, mistralConfig } from "../../../src/policies/families/mistral.ts";
import { engines } from "../../laws/evaluate.ts";
import { policyLaws } from "../../laws/policy.laws.ts";

const context = { vocabularySize: 7, contextLength: 16 };
const values = {
  layers: 2,
  width: 12,
  heads: 4,
  keyValueHeads: 2,
  headWidth: 4,
  hidden: 20,
  tied: false,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
};
const { config } = mistral.create(values, context);

for (const { name, evaluate } of engines) policyLaws(`mistral on ${name}`, mistral.create(values, context), evaluate);

describe("a configuration of Mistral", () => {
  test("that is written is read back", () => {
    expect(mistralConfig.read({ ...config, rope_parameters: null })).toEqual({ values: { type: "mistral", ...values }, context });
    expect(policyOf(config).config).toEqual(config);
  });

  test("has its context cut to its sliding window, where the window changes nothing", () => {
    expect(policyOf({ ...config, sliding_window: 5 })).toMatchObject({ contextLength: 5, config: { sliding_window: null } });
    expect(policyOf({ ...config, sliding_window: 100 }).contextLength).toBe(16);
    expect(policyOf({ ...config, max_position_embeddings: 32_768, sliding_window: undefined }).contextLength).toBe(4096);
  });

  test("with another kind of attention is refused by name", () => {
    expect(() => policyOf({ ...config, layer_types: ["sliding_attention", "full_attention"] })).toThrow('"layer_types" is not known');
    expect(() => policyOf({ ...config, attention_bias: true })).toThrow('"attention_bias" is not known');
  });
});
