/** The HuggingFace configuration that a GGUF file's metadata describe. */
import { gemmaNames, gpt2Names, llamaNames, qwen2Names, qwen3Names, type TensorNames } from "./gguf-names.ts";
import { ropeScalingOf } from "../../families/config/rope-config.ts";
import { optional, real, required, text, whole, type Metadata } from "./gguf-metadata.ts";
import { quoted } from "../../../files/quoted.ts";

/** What tensors say that metadata do not. */
export interface TensorFacts {
  readonly vocabularySize: number;
  /** The output head is the embedding table. */
  readonly tied: boolean;
  /** Queries have a bias. */
  readonly biased: boolean;
  /** What the rotary frequency of each two channels of a head is divided by; as they are when left out. */
  readonly frequencyFactors?: readonly number[];
}

/** One `general.architecture`. */
interface Architecture {
  readonly names: TensorNames;
  /** Name of the tensor of `frequencyFactors`, where the architecture may have one. */
  readonly factorsName?: string;
  /** Heads of the rows of queries, or of keys. */
  readonly heads: (metadata: Metadata, isKey: boolean) => number;
  readonly config: (metadata: Metadata, facts: TensorFacts) => Record<string, unknown>;
}

const headsOf =
  (prefix: string) =>
  (metadata: Metadata, isKey: boolean): number => {
    const heads = required(metadata, `${prefix}.attention.head_count`, whole);
    return isKey ? (optional(metadata, `${prefix}.attention.head_count_kv`, whole) ?? heads) : heads;
  };

/** Options of the file that nothing here reads: the same for every model, or said by the tensors. */
const passedOver = ["vocab_size"];

/** `RangeError` names an option of the architecture that is not known, or has a value that is not supported. */
const checkOptions = (
  metadata: Metadata,
  prefix: string,
  known: readonly string[],
  fixed: Readonly<Record<string, unknown>>,
): void => {
  for (const [key, value] of metadata) {
    if (!key.startsWith(`${prefix}.`)) continue;
    const option = key.slice(prefix.length + 1);
    if (Object.hasOwn(fixed, option)) {
      if (value !== fixed[option])
        throw new RangeError(
          `${key}: expected ${quoted(fixed[option])}, got ${quoted(value)}; other values are not supported`,
        );
    } else if (!known.includes(option) && !passedOver.includes(option)) {
      throw new RangeError(`${key}: this option is not supported, got ${quoted(value)}`);
    }
  }
};

const sizes = ["context_length", "block_count", "embedding_length", "feed_forward_length"];

const specialIds = (metadata: Metadata): Record<string, number | null> => {
  const id = (name: string): number | null => optional(metadata, `tokenizer.ggml.${name}_token_id`, whole) ?? null;
  return { bos_token_id: id("bos"), eos_token_id: id("eos"), pad_token_id: id("padding") };
};

/** Decoders with rotary positions, whose configurations differ in few keys. */
const rotary = (
  prefix: string,
  names: TensorNames,
  architecture: string,
  own: (facts: TensorFacts) => Record<string, unknown>,
): Architecture => ({
  names,
  heads: headsOf(prefix),
  config(metadata, facts) {
    const attention = ["head_count", "head_count_kv", "key_length", "value_length", "layer_norm_rms_epsilon"].map(
      (name) => `attention.${name}`,
    );
    checkOptions(metadata, prefix, [...sizes, ...attention, "rope.freq_base", "rope.dimension_count"], {
      "rope.scaling.type": "none",
    });
    const size = (name: string): number => required(metadata, `${prefix}.${name}`, whole);
    const heads = size("attention.head_count");
    const headWidth = optional(metadata, `${prefix}.attention.key_length`, whole) ?? size("embedding_length") / heads;
    for (const key of [`${prefix}.attention.value_length`, `${prefix}.rope.dimension_count`]) {
      const width = optional(metadata, key, whole) ?? headWidth;
      if (width !== headWidth)
        throw new RangeError(
          `${key}: expected the width of a head, ${headWidth}, got ${width}; others are not supported`,
        );
    }
    const { frequencyFactors: factors } = facts;
    return {
      architectures: [architecture],
      model_type: prefix,
      vocab_size: facts.vocabularySize,
      hidden_size: size("embedding_length"),
      intermediate_size: size("feed_forward_length"),
      num_hidden_layers: size("block_count"),
      num_attention_heads: heads,
      num_key_value_heads: optional(metadata, `${prefix}.attention.head_count_kv`, whole) ?? heads,
      head_dim: headWidth,
      max_position_embeddings: size("context_length"),
      rms_norm_eps: required(metadata, `${prefix}.attention.layer_norm_rms_epsilon`, real),
      rope_theta: optional(metadata, `${prefix}.rope.freq_base`, real) ?? 10_000,
      ...(factors !== undefined && {
        rope_scaling: ropeScalingOf({ type: "factors", factors }, size("context_length")),
      }),
      tie_word_embeddings: facts.tied,
      ...specialIds(metadata),
      ...own(facts),
    };
  },
});

const gpt2: Architecture = {
  names: gpt2Names,
  heads: headsOf("gpt2"),
  config(metadata, { vocabularySize, tied }) {
    checkOptions(metadata, "gpt2", [...sizes, "attention.head_count", "attention.layer_norm_epsilon"], {});
    const size = (name: string): number => required(metadata, `gpt2.${name}`, whole);
    return {
      architectures: ["GPT2LMHeadModel"],
      model_type: "gpt2",
      vocab_size: vocabularySize,
      n_positions: size("context_length"),
      n_embd: size("embedding_length"),
      n_layer: size("block_count"),
      n_head: size("attention.head_count"),
      n_inner: optional(metadata, "gpt2.feed_forward_length", whole) ?? null,
      layer_norm_epsilon: required(metadata, "gpt2.attention.layer_norm_epsilon", real),
      activation_function: "gelu_new",
      tie_word_embeddings: tied,
      ...specialIds(metadata),
    };
  },
};

const silu = { hidden_act: "silu" };

const architectures: ReadonlyMap<string, Architecture> = new Map([
  [
    "llama",
    {
      ...rotary("llama", llamaNames, "LlamaForCausalLM", ({ biased }) => ({
        ...silu,
        attention_bias: biased,
        mlp_bias: false,
      })),
      factorsName: "rope_freqs.weight",
    },
  ],
  ["qwen2", rotary("qwen2", qwen2Names, "Qwen2ForCausalLM", () => ({ ...silu, use_sliding_window: false }))],
  [
    "qwen3",
    rotary("qwen3", qwen3Names, "Qwen3ForCausalLM", ({ biased }) => ({
      ...silu,
      attention_bias: biased,
      use_sliding_window: false,
    })),
  ],
  [
    "gemma",
    rotary("gemma", gemmaNames, "GemmaForCausalLM", ({ biased }) => ({
      hidden_activation: "gelu_pytorch_tanh",
      attention_bias: biased,
    })),
  ],
  ["gpt2", gpt2],
]);

/**
 * What the file's architecture is. `RangeError` with the list of those that are read for another, and for one part of a
 * split file.
 */
export const architectureOf = (metadata: Metadata): Architecture => {
  const name = required(metadata, "general.architecture", text);
  const found = architectures.get(name);
  if (found === undefined) {
    throw new RangeError(
      `general.architecture: expected one of ${[...architectures.keys()].join(", ")}, got ${quoted(name)}`,
    );
  }
  const parts = optional(metadata, "split.count", whole) ?? 1;
  if (parts > 1)
    throw new RangeError(
      `split.count: expected a whole file, got one of ${parts} parts; merge them first (llama-gguf-split --merge)`,
    );
  return found;
};
