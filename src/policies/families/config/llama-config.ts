/** The HuggingFace configuration of a Llama, written and read. */
import { Type, type Static } from "@sinclair/typebox";
import type { ConfigFormat } from "./config-format.ts";
import type { RotaryDecoderSizes } from "../rotary-decoder.ts";
import { readRotary, rotaryConfig, rotaryHarmless, rotaryKeys } from "./rotary-decoder-config.ts";
import type { RotaryValues } from "../rotary-decoder-options.ts";

/** Values of the `llama` family. */
export interface LlamaValues extends RotaryValues {
  type: "llama";
  attentionBias?: boolean;
  feedForwardBias?: boolean;
}

/** The `config.json` of a Llama with these sizes and biases. */
export const llamaConfigOf = (
  sizes: RotaryDecoderSizes,
  { attentionBias, feedForwardBias }: Pick<LlamaValues, "attentionBias" | "feedForwardBias">,
): Record<string, unknown> => ({
  ...rotaryConfig(sizes, { architecture: "LlamaForCausalLM", modelType: "llama" }),
  hidden_act: "silu",
  attention_bias: attentionBias ?? false,
  mlp_bias: feedForwardBias ?? false,
});

const schema = Type.Object({
  ...rotaryKeys("llama", { keyValueHeads: null, headWidth: null, tied: false }),
  hidden_act: Type.Literal("silu", { default: "silu" }),
  attention_bias: Type.Boolean({ default: false }),
  mlp_bias: Type.Boolean({ default: false }),
  pretraining_tp: Type.Literal(1, { default: 1 }),
  rope_interleaved: Type.Literal(false, { default: false }),
});

/** Reads LlamaForCausalLM configurations. */
export const llamaConfig: ConfigFormat<LlamaValues> = {
  modelType: "llama",
  schema,
  harmless: [...rotaryHarmless, "is_llama_config"],
  ignored: /\.rotary_emb\.inv_freq$/,
  read(document) {
    const config = document as Static<typeof schema>;
    const { values, context } = readRotary(config);
    return {
      values: { type: "llama", ...values, attentionBias: config.attention_bias, feedForwardBias: config.mlp_bias },
      context,
    };
  },
};
