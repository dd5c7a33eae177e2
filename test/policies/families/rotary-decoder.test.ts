/** The decoder against transformers, on the checkpoints of test/fixtures/rotary_decoders_reference.py; and what it does with long contexts. */
import { expect, test } from "vitest";
import { record } from "../../../src/engine/recording/record.ts";
import type { NamedTensors } from "../../../src/engine/program.ts";
import { llama } from "../../../src/policies/families/llama.ts";
import type { Sequences } from "../../../src/policies/policy.ts";
import { generateProgram } from "../../../src/rollouts/decoding/generate.ts";
import { compute, engines, floats, ints } from "../../laws/evaluate.ts";
import { roughWeights } from "../../laws/policy.laws.ts";
import { referenceCheckpointLaws } from "../../laws/reference-checkpoint.laws.ts";

for (const name of ["llama", "llama-untied", "llama3", "llama-factors", "mistral", "qwen2", "qwen3", "gemma"])
  referenceCheckpointLaws(name);

const policyOf = (contextLength: number) =>
  llama.create({ layers: 1, width: 8, heads: 2, tied: true, ropeTheta: 10_000, normEpsilon: 1e-5 }, { vocabularySize: 7, contextLength });

test("a program holds no more angles than it can need, however long the context is", () => {
  const options = { batch: 2, promptLength: 3, maxNewTokens: 4, temperature: 1, endId: 0, padId: 0 };
  const sizes = [16, 131_072].map((contextLength) => record(generateProgram(policyOf(contextLength), options)).graph.extent().constants);
  expect(sizes[1]).toBe(sizes[0]);
});

test("sequences longer than the context are refused", async () => {
  const policy = policyOf(4);
  const values = { tokens: ints([1, 5], [1, 2, 3, 4, 5]), positions: ints([1, 5], [0, 1, 2, 3, 4]), mask: floats([1, 5], [1, 1, 1, 1, 1]) };
  const logits = compute(engines[0]!.evaluate, { ...roughWeights(policy), ...values }, (inputs) => ({
    logits: policy.logits(inputs, inputs as NamedTensors & Sequences),
  }));
  await expect(logits).rejects.toThrow("expected at most 4 positions, the context of this policy, got 5; cut the sequences");
});
