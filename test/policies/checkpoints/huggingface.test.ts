/** HuggingFace folders. */
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { narrow, widen } from "../../../src/policies/checkpoints/safetensors/float-types.ts";
import { loadPolicy, policyOf, savePolicy } from "../../../src/policies/checkpoints/huggingface.ts";
import { readSafetensors, writeSafetensors } from "../../../src/policies/checkpoints/safetensors/safetensors.ts";
import { policies } from "../../../src/policies/families/index.ts";
import { initialWeights } from "../../../src/policies/initialize.ts";

const context = { vocabularySize: 9, contextLength: 12 };
const llama = policies.create(
  { type: "llama", layers: 1, width: 8, heads: 2, keyValueHeads: 1, tied: true, ropeTheta: 10_000, normEpsilon: 1e-5 },
  context,
);
const ngram = policies.create({ type: "ngram", order: 2 }, context);

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "retort-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const weightsFile = (): string => join(folder, "model.safetensors");
const configFile = (): string => join(folder, "config.json");

describe("a saved policy", () => {
  test.each([
    { name: "llama", policy: llama },
    { name: "ngram", policy: ngram },
  ])("of family $name is loaded with the same weights and sizes", async ({ policy }) => {
    const weights = initialWeights(policy, 1);
    await savePolicy(folder, { policy, weights });
    expect((await readdir(folder)).toSorted()).toEqual(["config.json", "model.safetensors"]);
    const loaded = await loadPolicy(folder);
    expect(loaded.weights).toEqual(weights);
    expect(loaded.policy.config).toEqual(policy.config);
    expect(loaded.policy.parameters).toEqual(policy.parameters);
  });

  test("names the tokenizer's special tokens when they are given", async () => {
    await savePolicy(folder, { policy: llama, weights: initialWeights(llama, 1) }, { endId: 3, padId: 4 });
    expect(JSON.parse(await readFile(configFile(), "utf8"))).toMatchObject({ eos_token_id: 3, pad_token_id: 4 });
  });

  test.each([
    { dtype: "F16", name: "float16" },
    { dtype: "BF16", name: "bfloat16" },
  ] as const)("in $dtype says so, and is loaded as the rounded numbers", async ({ dtype, name }) => {
    const weights = initialWeights(llama, 1);
    await savePolicy(folder, { policy: llama, weights }, undefined, dtype);
    expect(JSON.parse(await readFile(configFile(), "utf8"))).toMatchObject({ torch_dtype: name });
    const { weights: loaded } = await loadPolicy(folder);
    const rounded = new Float32Array(weights["model.norm.weight"]!.length);
    widen(dtype, narrow(dtype, weights["model.norm.weight"]!), rounded);
    expect(loaded["model.norm.weight"]).toEqual(rounded);
  });

  test("is not written when weights do not fit", async () => {
    const { "model.norm.weight": _, ...weights } = initialWeights(llama, 1);
    await expect(savePolicy(folder, { policy: llama, weights })).rejects.toThrow('"model.norm.weight" is missing');
    expect(await readdir(folder)).toEqual([]);
  });
});

test("shards of transformers in bfloat16 are loaded", async () => {
  const { policy, weights } = await loadPolicy(join(import.meta.dirname, "../../fixtures/safetensors/sharded"));
  expect(policy.vocabularySize).toBe(32);
  expect(Object.keys(weights)).toEqual(expect.arrayContaining(Object.keys(policy.parameters)));
});

test("buffers that follow from the configuration are passed over", async () => {
  const weights = initialWeights(llama, 1);
  await savePolicy(folder, { policy: llama, weights });
  const { tensors, metadata } = await readSafetensors(weightsFile());
  const extra = { "model.layers.0.self_attn.rotary_emb.inv_freq": { shape: [2], data: new Float32Array(2) } };
  await writeSafetensors(weightsFile(), { tensors: { ...tensors, ...extra }, metadata });
  expect((await loadPolicy(folder)).weights).toEqual(weights);
});

test("a folder without a model is refused, and that of a run names the model in it", async () => {
  await expect(loadPolicy(folder)).rejects.toThrow(/config\.json: expected the configuration of a model, got no file$/u);
  await savePolicy(join(folder, "student"), { policy: ngram, weights: initialWeights(ngram, 1) });
  await expect(loadPolicy(folder)).rejects.toThrow(`got no file; the model of this run is ${join(folder, "student")}`);
});

describe("a damaged folder", () => {
  beforeEach(async () => {
    await savePolicy(folder, { policy: llama, weights: initialWeights(llama, 1) });
  });

  test("whose weights are cut is refused with the file's name", async () => {
    await truncate(weightsFile(), 1000);
    await expect(loadPolicy(folder)).rejects.toThrow(`${weightsFile()}: the file is cut`);
  });

  test("whose weights are missing, unexpected or of another shape is refused with their names", async () => {
    const { tensors, metadata } = await readSafetensors(weightsFile());
    const { "model.norm.weight": norm, ...others } = tensors;
    const wrong = { ...others, "model.embed_tokens.weight": { shape: [1], data: new Float32Array(1) }, extra: norm! };
    await writeSafetensors(weightsFile(), { tensors: wrong, metadata });
    await expect(loadPolicy(folder)).rejects.toThrow(
      `${weightsFile()}: the weights do not fit the configuration: "model.embed_tokens.weight": expected [9, 8], got [1]; "model.norm.weight" is missing; "extra" is unexpected`,
    );
  });

  test("whose configuration is no JSON, or missing, is refused with the file's name", async () => {
    await writeFile(configFile(), "{");
    await expect(loadPolicy(folder)).rejects.toThrow(configFile());
    await rm(configFile());
    await expect(loadPolicy(folder)).rejects.toThrow(configFile());
  });
});

test("a configuration of more layers than there can be is refused before they are made", () => {
  expect(() => policyOf({ ...llama.config, num_hidden_layers: 2 ** 40 })).toThrow("layers: must be <= 256, got 1099511627776");
});

test("an unknown model type is refused with the known ones", () => {
  expect(() => policyOf({ model_type: "mamba" })).toThrow(
    'expected model_type to be one of llama, mistral, qwen2, qwen3, gemma, gpt2, t5, retort-ngram, retort-gaussian-mixture, retort-module, got "mamba"',
  );
  expect(() => policyOf([])).toThrow("expected an object with model_type, got []");
});
