/** Tests of weights on an engine. */
import { expect, onTestFinished, test } from "vitest";
import { openEngine } from "../../../src/engine/choose.ts";
import { uploadWeights } from "../../../src/rollouts/sampling/resident-weights.ts";
import { bigram, model } from "../../fixtures/recipes.ts";

test("every parameter is there as it was; what does not fit is refused by name, and nothing stays", async () => {
  const engine = await openEngine("cpu", { threads: 1 });
  onTestFinished(() => engine.dispose());
  const policy = bigram();
  const { weights } = model(policy, 1);
  const buffers = uploadWeights(engine, policy.parameters, weights, "test");
  expect(Object.keys(buffers)).toEqual(Object.keys(policy.parameters));
  expect(await engine.download(buffers["ngram.logits"]!)).toEqual(weights["ngram.logits"]);
  const before = engine.memory();
  expect(() => uploadWeights(engine, policy.parameters, {}, "test")).toThrow(/^test: expected \d+ values for ngram\.logits, got none$/u);
  expect(() => uploadWeights(engine, policy.parameters, { "ngram.logits": new Float32Array(3) }, "test")).toThrow(/got 3$/u);
  expect(engine.memory()).toEqual(before);
});
