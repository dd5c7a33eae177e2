/** The GPT-2 family. */
import { describe, expect, test } from "vitest";
import { gpt2 } from "../../../src/policies/families/gpt2.ts";
import type { NamedTensors } from "../../../src/engine/program.ts";
import type { Sequences } from "../../../src/policies/policy.ts";
import { compute, engines } from "../../laws/evaluate.ts";
import { policyLaws, roughWeights } from "../../laws/policy.laws.ts";
import { padded } from "../../laws/sequences.ts";

const context = { vocabularySize: 7, contextLength: 16 };
const small = {
  layers: 2,
  width: 12,
  heads: 3,
  hidden: 20,
  activation: "gelu_new",
  tied: true,
  normEpsilon: 1e-5,
  scaledByWidth: true,
  scaledByLayer: false,
} as const;

for (const { name, evaluate } of engines) {
  policyLaws(`gpt2, tied, on ${name}`, gpt2.create(small, context), evaluate);
  const other = { ...small, tied: false, activation: "gelu", scaledByWidth: false, scaledByLayer: true } as const;
  policyLaws(`gpt2, untied, its scores scaled by layer, on ${name}`, gpt2.create(other, context), evaluate);
}

describe("gpt2", () => {
  test("hidden has a default, and a tied head no parameters", () => {
    const { hidden: _, ...values } = small;
    const { parameters } = gpt2.create(values, context);
    expect(parameters["transformer.h.1.mlp.c_fc.weight"]?.shape).toEqual([12, 48]);
    expect(parameters["lm_head.weight"]).toBeUndefined();
  });

  test("what is added to the residual stream starts smaller, and biases at zero", () => {
    const { parameters } = gpt2.create(small, context);
    expect(parameters["transformer.h.0.attn.c_attn.weight"]?.initial).toEqual({ standardDeviation: 1 / Math.sqrt(12) });
    for (const name of ["attn.c_proj", "mlp.c_proj"]) {
      expect(parameters[`transformer.h.1.${name}.weight`]?.initial).toEqual({ standardDeviation: 1 / Math.sqrt(12) / Math.sqrt(4) });
    }
    expect(parameters["transformer.h.1.mlp.c_fc.bias"]?.initial).toEqual({ value: 0 });
  });

  test("sequences of more positions than the table has are refused", async () => {
    const policy = gpt2.create(small, context);
    const { evaluate } = engines[0]!;
    const row = Array.from({ length: 17 }, () => 1);
    const inputs = { ...roughWeights(policy), ...padded([row], [1], { length: 17, padId: 0, side: "left" }) };
    const logits = compute(evaluate, inputs, (given) => ({ logits: policy.logits(given, given as NamedTensors & Sequences) }));
    await expect(logits).rejects.toThrow("expected at most 16 positions, the context of this policy, got 17");
  });

  test("a width that the heads do not divide is refused", () => {
    expect(() => gpt2.create({ ...small, heads: 5 }, context)).toThrow(
      "gpt2: expected width to be a multiple of heads = 5, such as 15, got 12",
    );
  });
});
