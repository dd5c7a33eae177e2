/** Merging on an engine. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Buffer, Engine } from "../../../src/engine/engine.ts";
import { onnxEngine } from "../../../src/engine/onnx/engine.ts";
import { float32 } from "../../../src/engine/program.ts";
import { withAdapters } from "../../../src/policies/adapters/lora.ts";
import { mergedWeights, openMerger } from "../../../src/policies/adapters/merge.ts";
import { initialWeights } from "../../../src/policies/initialize.ts";
import { bytesOf, smallLlama } from "../../fixtures/recipes.ts";

const base = smallLlama();
const policy = withAdapters(base, { rank: 2, alpha: 4, targets: ["v_proj", "down_proj"] });
const weights = Object.fromEntries(
  Object.entries(initialWeights(policy, 1)).map(([name, data]) => [name, name.includes("lora_B") ? data.map((_, i) => Math.sin(i)) : data]),
);

let engine: Engine;
beforeAll(() => {
  engine = onnxEngine();
});
afterAll(() => engine.dispose());

test("merged weights are the base's, changed where there are adapters, and nothing stays on the engine", async () => {
  const empty = engine.memory();
  const merged = await mergedWeights(engine, policy, weights);
  expect(Object.keys(merged)).toEqual(Object.keys(base.parameters));
  const changed = Object.keys(base.parameters).filter((name) => bytesOf(merged)[name] !== bytesOf(weights)[name]);
  expect(changed).toEqual(policy.layers.map((layer) => `${layer}.weight`));
  expect(engine.memory()).toEqual(empty);
});

test("a merger merges other adapters into the same weights", async () => {
  const uploaded: Record<string, Buffer> = Object.fromEntries(
    policy.layers.map((layer) => {
      const name = `${layer}.weight`;
      return [name, engine.upload(weights[name]!.slice(), float32(...base.parameters[name]!.shape))];
    }),
  );
  const merger = await openMerger(engine, policy);
  const memory = engine.memory();
  const first = await merger.merge(uploaded, weights);
  const without = await merger.merge(uploaded, initialWeights(policy, 1));
  expect(bytesOf(await merger.merge(uploaded, weights))).toEqual(bytesOf(first));
  for (const name of Object.keys(first)) expect(without[name]).toEqual(weights[name]);
  expect(engine.memory()).toEqual(memory);
  await merger.dispose();
});

test("what is missing is named", async () => {
  const { "model.layers.0.mlp.down_proj.lora_B.weight": _b, ...noB } = weights;
  await expect(mergedWeights(engine, policy, noB)).rejects.toThrow(
    "adapters: expected weights of model.layers.0.mlp.down_proj.lora_B.weight",
  );
  const { "model.layers.0.mlp.down_proj.weight": _w, ...noW } = weights;
  await expect(mergedWeights(engine, policy, noW)).rejects.toThrow("adapters: expected weights of model.layers.0.mlp.down_proj.weight");
});
