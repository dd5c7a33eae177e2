/** Adapters in PEFT's format: what PEFT wrote gives PEFT's logits, what we write is read again, and what does not fit is refused. */
import { mkdtempSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { onnxEngine } from "../../../src/engine/onnx/engine.ts";
import { withAdapters, type AdaptedPolicy } from "../../../src/policies/adapters/lora.ts";
import { mergedWeights } from "../../../src/policies/adapters/merge.ts";
import { loadAdapters, saveAdapters } from "../../../src/policies/adapters/peft.ts";
import { loadPolicy } from "../../../src/policies/checkpoints/huggingface.ts";
import { readSafetensors, writeSafetensors } from "../../../src/policies/checkpoints/safetensors/safetensors.ts";
import { initialWeights } from "../../../src/policies/initialize.ts";
import { adaptersFolder, logitsOf } from "../../fixtures/adapter-logits.ts";
import { bytesOf, smallLlama } from "../../fixtures/recipes.ts";
import { checkpointsFolder } from "../../fixtures/reference-checkpoint.ts";
import { engines, farthest } from "../../laws/evaluate.ts";

interface Expected {
  readonly rows: number[][];
  readonly logits: number[][][];
}

const expectedOf = (name: string): Expected => JSON.parse(readFileSync(join(adaptersFolder, name, "expected.json"), "utf8")) as Expected;

describe.each(readdirSync(adaptersFolder))("adapters of PEFT on %s", (name) => {
  test.each(engines)("give its logits to 1e-4 on $name, apart and merged", async ({ evaluate }) => {
    const base = await loadPolicy(join(checkpointsFolder, name));
    const { policy, weights } = await loadAdapters(join(adaptersFolder, name), base.policy);
    const { rows, logits } = expectedOf(name);
    const all = { ...base.weights, ...weights };
    expect(farthest((await logitsOf(evaluate, policy, all, rows)).flat(2), logits.flat(2))).toBeLessThan(1e-4);
    const engine = onnxEngine();
    const merged = await mergedWeights(engine, policy, all);
    await engine.dispose();
    expect(farthest((await logitsOf(evaluate, base.policy, merged, rows)).flat(2), logits.flat(2))).toBeLessThan(1e-4);
    expect(farthest((await logitsOf(evaluate, base.policy, base.weights, rows)).flat(2), logits.flat(2))).toBeGreaterThan(1e-2);
  });
});

const base = smallLlama();
const policy: AdaptedPolicy = withAdapters(base, { rank: 2, alpha: 5, targets: ["q_proj", "mlp"] });
const weights = initialWeights(policy, 1);

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "retort-peft-"));
  await saveAdapters(folder, { policy, weights }, "some/base");
});

const configPath = (): string => join(folder, "adapter_config.json");
const tensorsPath = (): string => join(folder, "adapter_model.safetensors");
const config = (): Record<string, unknown> => JSON.parse(readFileSync(configPath(), "utf8")) as Record<string, unknown>;
const change = (changes: Record<string, unknown>): void => writeFileSync(configPath(), JSON.stringify({ ...config(), ...changes }));

describe("saved adapters", () => {
  test("are read as they were", async () => {
    const loaded = await loadAdapters(folder, base);
    const { layers, rank, alpha, adapters } = loaded.policy;
    expect({ layers, rank, alpha, adapters }).toEqual({ layers: policy.layers, rank: 2, alpha: 5, adapters: policy.adapters });
    expect(bytesOf(loaded.weights)).toEqual(
      bytesOf(Object.fromEntries(Object.keys(policy.adapters).map((name) => [name, weights[name]!]))),
    );
  });

  test("say what PEFT needs to know", async () => {
    expect(config()).toMatchObject({
      peft_type: "LORA",
      task_type: "CAUSAL_LM",
      r: 2,
      lora_alpha: 5,
      fan_in_fan_out: false,
      target_modules: policy.layers,
      base_model_name_or_path: "some/base",
    });
    const { tensors } = await readSafetensors(tensorsPath());
    expect(Object.keys(tensors)).toContain("base_model.model.model.layers.0.mlp.up_proj.lora_A.weight");
  });

  test("are not written when one is missing", async () => {
    const { [policy.layers[0]! + ".lora_B.weight"]: _, ...rest } = weights;
    await expect(saveAdapters(mkdtempSync(join(tmpdir(), "retort-peft-")), { policy, weights: rest })).rejects.toThrow(
      "adapters: expected weights of model.layers.0.self_attn.q_proj.lora_B.weight, got none",
    );
  });
});

describe("options of a configuration", () => {
  test.each<[string, Record<string, unknown>, string]>([
    ["another method", { peft_type: "IA3" }, 'peft_type: expected "LORA", got "IA3"'],
    ["no rank", { r: 0 }, "r: expected a whole number above 0, got 0"],
    ["biases that are trained", { bias: "all" }, 'bias: expected "none", got "all"'],
    ["magnitudes beside", { use_dora: true }, '"use_dora" is not supported'],
    ["ranks of their own", { rank_pattern: { q_proj: 4 } }, '"rank_pattern" is not supported'],
    ["whole modules beside", { modules_to_save: ["lm_head"] }, '"modules_to_save" is not supported'],
    ["a start that changes the base", { init_lora_weights: "pissa" }, 'init_lora_weights: expected true, false, "gaussian"'],
    ["something unheard of", { use_other: 1 }, '"use_other" is not supported'],
  ])("that ask for %s are refused by name", async (_, changes, message) => {
    change(changes);
    await expect(loadAdapters(folder, base)).rejects.toThrow(message);
    await expect(loadAdapters(folder, base)).rejects.toThrow(configPath());
  });

  test("that do nothing are passed over, and rank-stabilised ones are scaled by the root", async () => {
    change({ use_other: null, more: [], lora_dropout: 0.5, use_rslora: true });
    expect((await loadAdapters(folder, base)).policy.alpha).toBeCloseTo(5 * Math.sqrt(2), 12);
  });

  test.each(["[]", "7", '"LORA"', "null", "{", "{}"])("%s are refused", async (text) => {
    writeFileSync(configPath(), text);
    await expect(loadAdapters(folder, base)).rejects.toThrow(configPath());
  });
});

describe("tensors that do not fit", () => {
  const rewrite = async (edit: (tensors: Record<string, { shape: readonly number[]; data: Float32Array }>) => void): Promise<void> => {
    const { tensors, metadata } = await readSafetensors(tensorsPath());
    const changed = { ...tensors };
    edit(changed);
    await writeSafetensors(tensorsPath(), { tensors: changed, metadata });
  };
  const up = "base_model.model.model.layers.0.mlp.up_proj";

  test.each<[string, Parameters<typeof rewrite>[0], string]>([
    ["half an adapter", (all) => delete all[`${up}.lora_B.weight`], `"${up}.lora_B.weight": expected [24, 2], got none`],
    [
      "another rank",
      (all) => (all[`${up}.lora_A.weight`] = { shape: [1, 16], data: new Float32Array(16) }),
      `"${up}.lora_A.weight": expected [2, 16], got [1, 16]`,
    ],
    [
      "another layer's",
      (all) => (all["base_model.model.model.layers.9.mlp.up_proj.lora_A.weight"] = { shape: [1], data: new Float32Array(1) }),
      'expected adapters of the policy\'s linear layers, got one of "model.layers.9.mlp.up_proj"',
    ],
    [
      "no adapter's",
      (all) => (all["model.norm.weight"] = { shape: [1], data: new Float32Array(1) }),
      'expected tensors base_model.model.<layer>.lora_A.weight and lora_B, got "model.norm.weight"',
    ],
    ["none", (all) => Object.keys(all).forEach((name) => delete all[name]), "expected at least one adapter, got none"],
  ])("%s are refused by name, with the file's", async (_, edit, message) => {
    await rewrite(edit);
    await expect(loadAdapters(folder, base)).rejects.toThrow(`${tensorsPath()}: ${message}`);
  });

  test("a file that is cut is refused", async () => {
    truncateSync(tensorsPath(), 300);
    await expect(loadAdapters(folder, base)).rejects.toThrow(tensorsPath());
  });
});

test("whatever a configuration holds, it is read or refused", async () => {
  const keys = fc.constantFrom("peft_type", "r", "lora_alpha", "bias", "use_rslora", "target_modules", "init_lora_weights", "x");
  await fc.assert(
    fc.asyncProperty(fc.dictionary(keys, fc.jsonValue()), async (changes) => {
      await saveAdapters(folder, { policy, weights });
      change(changes);
      await loadAdapters(folder, base).catch((error: unknown) => expect(error).toBeInstanceOf(RangeError));
    }),
    { numRuns: 50, seed: 4 },
  );
});
