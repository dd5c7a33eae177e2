/**
 * The Gemma family, of the first version: Llama's arithmetic with scaled embeddings and GEGLU, in the configuration of
 * HuggingFace's GemmaForCausalLM.
 */
import { Type, type Static } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import type { ConfigFormat } from "./config/config-format.ts";
import type { PolicyContext } from "../policy.ts";
import { readRotary, rotaryConfig, rotaryHarmless, rotaryKeys } from "./config/rotary-decoder-config.ts";
import { attentionBias, rotaryParameters, rotarySizes, type RotaryValues } from "./rotary-decoder-options.ts";
import { rotaryPolicy } from "./rotary-decoder-policy.ts";

const activation = "gelu_pytorch_tanh";

/**
 * `type: "gemma"` (Gemma Team, 2024): embeddings times sqrt(D), gains of norms 1 + w, the gate through the tanh
 * approximation of GELU.
 */
export const gemma = define({
  type: "gemma",
  summary: "A Gemma decoder: Llama's arithmetic with scaled embeddings, norms around one and GEGLU.",
  parameters: { ...rotaryParameters, attentionBias },
  create(values, context: PolicyContext) {
    const arithmetic = {
      activation: "gelu_new",
      gainOffset: 1,
      embeddingScale: Math.sqrt(values.width),
      queryKeyNorm: false,
    } as const;
    const sizes = rotarySizes("gemma", values, context, arithmetic);
    const common = rotaryConfig(sizes, { architecture: "GemmaForCausalLM", modelType: "gemma" });
    const biases = { projections: values.attentionBias, output: values.attentionBias };
    const own = {
      hidden_act: activation,
      hidden_activation: activation,
      attention_bias: values.attentionBias ?? false,
    };
    return rotaryPolicy(sizes, biases, { ...common, ...own });
  },
});

const schema = Type.Object({
  ...rotaryKeys("gemma", { keyValueHeads: 16, headWidth: 256, tied: true }),
  // The first checkpoints say gelu and mean its approximation, and so does transformers.
  hidden_act: Type.Unsafe<string>({ enum: ["gelu", activation], default: activation }),
  hidden_activation: Type.Unsafe<string | null>({ enum: [null, activation], default: null }),
  attention_bias: Type.Boolean({ default: false }),
  use_bidirectional_attention: Type.Unsafe<false | null>({ enum: [null, false], default: null }),
});

/** Reads GemmaForCausalLM configurations. */
export const gemmaConfig: ConfigFormat<RotaryValues & { type: "gemma"; attentionBias?: boolean }> = {
  modelType: "gemma",
  schema,
  harmless: rotaryHarmless,
  read(document) {
    const config = document as Static<typeof schema>;
    const { values, context } = readRotary(config);
    return { values: { type: "gemma", ...values, attentionBias: config.attention_bias }, context };
  },
};
