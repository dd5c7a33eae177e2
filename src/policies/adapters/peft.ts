/**
 * Adapters as the Python library PEFT lays them out: `adapter_config.json` and `adapter_model.safetensors` in a folder,
 * beside no base.
 */
import { join } from "node:path";
import { writeWhole } from "../../files/atomic-file.ts";
import { naming, readText } from "../../files/byte-source.ts";
import { quoted } from "../../files/quoted.ts";
import { readSafetensors, writeSafetensors, type StoredTensor } from "../checkpoints/safetensors/safetensors.ts";
import type { Policy, Weights } from "../policy.ts";
import { linearLayers, withAdapters, type AdaptedPolicy } from "./lora.ts";

/** Adapters with the policy that they were made for. */
export interface StoredAdapters {
  readonly policy: AdaptedPolicy;
  /** Of the adapters alone. */
  readonly weights: Weights;
}

const prefix = "base_model.model.";
const tensorName = /^base_model\.model\.(.+)\.lora_[AB]\.weight$/;

/** Longest configuration that is read, in bytes. */
const longestConfig = 16_000_000;

/** Keys that say where adapters come from, how they were trained, or what their tensors say anyway. */
const withoutEffect: ReadonlySet<string> = new Set(
  (
    "auto_mapping base_model_name_or_path base_model_class parent_library exclude_modules fan_in_fan_out " +
    "inference_mode layers_pattern " +
    "layers_to_transform lora_dropout megatron_core peft_version qalora_group_size revision target_modules task_type"
  ).split(" "),
);

/** Values under which an option that is not known does nothing. */
const inert = (value: unknown): boolean =>
  value === null || value === false || (typeof value === "object" && Object.keys(value).length === 0);

/** What is read of a configuration; every other option must be inert. */
const options: Readonly<Record<string, { readonly expected: string; readonly accepts: (value: unknown) => boolean }>> =
  {
    peft_type: { expected: '"LORA"', accepts: (value) => value === "LORA" },
    r: { expected: "a whole number above 0", accepts: (value) => Number.isSafeInteger(value) && (value as number) > 0 },
    lora_alpha: {
      expected: "a number above 0",
      accepts: (value) => typeof value === "number" && Number.isFinite(value) && value > 0,
    },
    use_rslora: { expected: "true or false", accepts: (value) => value === undefined || typeof value === "boolean" },
    bias: { expected: '"none"', accepts: (value) => value === undefined || value === "none" },
    // Other ways to begin change the base too, and its adapters belong to that other base.
    init_lora_weights: {
      expected: 'true, false, "gaussian" or "orthogonal"',
      accepts: (value) =>
        value === undefined || typeof value === "boolean" || value === "gaussian" || value === "orthogonal",
    },
  };

/** Rank and alpha of a configuration. `RangeError` names every option that is wrong or not supported. */
const readConfig = (document: unknown): { readonly rank: number; readonly alpha: number } => {
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw new RangeError(`expected an object with peft_type, got ${quoted(document)}`);
  }
  const config = document as Readonly<Record<string, unknown>>;
  const wrong = Object.entries(options).flatMap(([key, { expected, accepts }]) =>
    accepts(config[key]) ? [] : [`${key}: expected ${expected}, got ${quoted(config[key])}`],
  );
  const unknown = Object.keys(config)
    .filter((key) => !Object.hasOwn(options, key) && !withoutEffect.has(key) && !inert(config[key]))
    .map((key) => `${quoted(key)} is not supported, and may change what is added`);
  if (wrong.length + unknown.length > 0) throw new RangeError([...wrong, ...unknown].slice(0, 20).join("; "));
  const [rank, alpha] = [config["r"] as number, config["lora_alpha"] as number];
  // Rank-stabilised adapters (Kalajdzievski, 2023) are scaled by alpha / sqrt(r).
  return { rank, alpha: config["use_rslora"] === true ? alpha * Math.sqrt(rank) : alpha };
};

/**
 * The layers that tensors are of. `RangeError` for a name that is no adapter's, and for a layer that the base has not.
 */
const layersOf = (base: Policy, names: readonly string[]): string[] => {
  const known = new Set(linearLayers(base));
  const layers = new Set<string>();
  for (const name of names) {
    const layer = tensorName.exec(name)?.[1];
    if (layer === undefined)
      throw new RangeError(`expected tensors ${prefix}<layer>.lora_A.weight and lora_B, got ${quoted(name)}`);
    if (!known.has(layer))
      throw new RangeError(`expected adapters of the policy's linear layers, got one of ${quoted(layer)}`);
    layers.add(layer);
  }
  if (layers.size === 0) throw new RangeError("expected at least one adapter, got none");
  return [...layers];
};

/** `RangeError` for an adapter that is not whole, or not of the shapes that its layer and the rank need. */
const arraysOf = ({ adapters }: AdaptedPolicy, tensors: Readonly<Record<string, StoredTensor>>): Weights =>
  Object.fromEntries(
    Object.entries(adapters).map(([name, { shape }]) => {
      const tensor = tensors[prefix + name];
      if (tensor?.shape.join() === shape.join()) return [name, tensor.data];
      const got = tensor === undefined ? "none" : `[${tensor.shape.join(", ")}]`;
      throw new RangeError(`"${prefix}${name}": expected [${shape.join(", ")}], got ${got}`);
    }),
  );

/**
 * Writes the adapters of `weights`, which may hold the base's too, so that `PeftModel.from_pretrained(base, folder)`
 * reads them. `baseName` is the folder or Hub name of the base, for people and for PEFT. `RangeError` when weights of
 * an adapter are missing.
 */
export const saveAdapters = async (
  folder: string,
  { policy, weights }: StoredAdapters,
  baseName?: string,
): Promise<void> => {
  const tensors: Record<string, StoredTensor> = {};
  for (const [name, { shape }] of Object.entries(policy.adapters)) {
    const data = weights[name];
    if (data === undefined) throw new RangeError(`adapters: expected weights of ${name}, got none`);
    tensors[prefix + name] = { shape, data };
  }
  const config = {
    base_model_name_or_path: baseName ?? null,
    bias: "none",
    fan_in_fan_out: policy.layers.some((layer) => policy.parameters[`${layer}.weight`]?.fanInFanOut === true),
    inference_mode: true,
    init_lora_weights: true,
    lora_alpha: policy.alpha,
    lora_dropout: 0,
    modules_to_save: null,
    peft_type: "LORA",
    r: policy.rank,
    target_modules: policy.layers,
    task_type: policy.config["is_encoder_decoder"] === true ? "SEQ_2_SEQ_LM" : "CAUSAL_LM",
    use_rslora: false,
  };
  await writeSafetensors(join(folder, "adapter_model.safetensors"), { tensors, metadata: { format: "pt" } });
  await writeWhole(join(folder, "adapter_config.json"), `${JSON.stringify(config, null, 2)}\n`);
};

/**
 * Reads adapters for `base` that `saveAdapters` or PEFT wrote. Which layers have one is what the tensors are called;
 * patterns of the file are not followed. `RangeError`, with the file's name, for options that are not supported and for
 * tensors that do not fit.
 * @public
 */
export const loadAdapters = async (folder: string, base: Policy): Promise<StoredAdapters> => {
  const [configPath, weightsPath] = [join(folder, "adapter_config.json"), join(folder, "adapter_model.safetensors")];
  const text = await readText(configPath, longestConfig);
  const settings = await naming(configPath, () => readConfig(JSON.parse(text)));
  const { tensors } = await readSafetensors(weightsPath);
  return naming(weightsPath, () => {
    const policy = withAdapters(base, { ...settings, targets: layersOf(base, Object.keys(tensors)) });
    return { policy, weights: arraysOf(policy, tensors) };
  });
};
