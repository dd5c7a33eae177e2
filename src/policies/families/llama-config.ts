/** The HuggingFace configuration of a Llama-style decoder, written and read. */
import { Type, type Static } from "@sinclair/typebox";
import type { ConfigFormat } from "../checkpoints/config-format.ts";
import type { LlamaSizes } from "./rotary-decoder.ts";

/** The `config.json` of a decoder with these sizes. Special tokens are the tokenizer's and stay null. */
export const configOf = (sizes: LlamaSizes, standardDeviation: number): Record<string, unknown> => ({
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  vocab_size: sizes.vocabularySize,
  hidden_size: sizes.width,
  intermediate_size: sizes.hidden,
  num_hidden_layers: sizes.layers,
  num_attention_heads: sizes.heads,
  num_key_value_heads: sizes.keyValueHeads,
  head_dim: sizes.headWidth,
  hidden_act: "silu",
  max_position_embeddings: sizes.contextLength,
  initializer_range: standardDeviation,
  rms_norm_eps: sizes.normEpsilon,
  rope_theta: sizes.ropeTheta,
  rope_scaling: null,
  attention_bias: false,
  mlp_bias: false,
  attention_dropout: 0,
  tie_word_embeddings: sizes.tied,
  use_cache: true,
  bos_token_id: null,
  eos_token_id: null,
  pad_token_id: null,
  torch_dtype: "float32",
});

const count = Type.Integer({ minimum: 1 });

const schema = Type.Object({
  model_type: Type.Literal("llama"),
  vocab_size: count,
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  num_key_value_heads: Type.Optional(count),
  head_dim: Type.Optional(Type.Unsafe<number | null>({ type: ["integer", "null"] })),
  max_position_embeddings: count,
  rms_norm_eps: Type.Number({ exclusiveMinimum: 0, default: 1e-6 }),
  tie_word_embeddings: Type.Boolean({ default: false }),
  rope_theta: Type.Number({ exclusiveMinimum: 1, default: 10_000 }),
  rope_parameters: Type.Optional(
    Type.Object({ rope_type: Type.Literal("default"), rope_theta: Type.Optional(Type.Number({ exclusiveMinimum: 1 })) }),
  ),
  rope_scaling: Type.Null({ default: null }),
  hidden_act: Type.Literal("silu", { default: "silu" }),
  attention_bias: Type.Literal(false, { default: false }),
  mlp_bias: Type.Literal(false, { default: false }),
  pretraining_tp: Type.Literal(1, { default: 1 }),
  quantization_config: Type.Null({ default: null }),
});

/** Values of the `llama` family. */
export interface LlamaValues {
  type: "llama";
  layers: number;
  width: number;
  heads: number;
  keyValueHeads: number;
  hidden: number;
  tied: boolean;
  ropeTheta: number;
  normEpsilon: number;
}

/** Reads LlamaForCausalLM configurations; refuses scaled rotary angles, biases, other activations and quantised weights. */
export const llamaConfig: ConfigFormat<LlamaValues> = {
  modelType: "llama",
  schema,
  read(document) {
    const config = document as Static<typeof schema>;
    const { hidden_size: width, num_attention_heads: heads } = config;
    if (typeof config.head_dim === "number" && config.head_dim * heads !== width) {
      throw new RangeError(
        `head_dim: expected hidden_size / num_attention_heads = ${width / heads}, got ${config.head_dim}; other head widths are not supported`,
      );
    }
    return {
      values: {
        type: "llama",
        layers: config.num_hidden_layers,
        width,
        heads,
        keyValueHeads: config.num_key_value_heads ?? heads,
        hidden: config.intermediate_size,
        tied: config.tie_word_embeddings,
        ropeTheta: config.rope_parameters?.rope_theta ?? config.rope_theta,
        normEpsilon: config.rms_norm_eps,
      },
      context: { vocabularySize: config.vocab_size, contextLength: config.max_position_embeddings },
    };
  },
};
