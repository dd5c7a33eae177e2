/**
 * The Qwen3 family: Llama's arithmetic with normalised queries and keys, in the configuration of HuggingFace's
 * Qwen3ForCausalLM.
 */
import { Type, type Static } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import type { ConfigFormat } from "./config/config-format.ts";
import type { PolicyContext } from "../policy.ts";
import { qwenKeys, qwenWindow, withoutWindow } from "./config/qwen-config.ts";
import { readRotary, rotaryConfig, rotaryHarmless, rotaryKeys, withinWindow } from "./config/rotary-decoder-config.ts";
import {
  attentionBias,
  plainArithmetic,
  rotaryParameters,
  rotarySizes,
  type RotaryValues,
} from "./rotary-decoder-options.ts";
import { rotaryPolicy } from "./rotary-decoder-policy.ts";

/**
 * `type: "qwen3"` (Yang et al., 2025): every head of queries and keys has a root-mean-square norm before it is turned.
 */
export const qwen3 = define({
  type: "qwen3",
  summary:
    "A Qwen3 decoder: Llama's arithmetic with normalised queries and keys; a checkpoint's context is cut to " +
    "its sliding window.",
  parameters: { ...rotaryParameters, attentionBias },
  create(values, context: PolicyContext) {
    const sizes = rotarySizes("qwen3", values, context, { ...plainArithmetic, queryKeyNorm: true });
    const common = rotaryConfig(sizes, { architecture: "Qwen3ForCausalLM", modelType: "qwen3" });
    const biases = { projections: values.attentionBias, output: values.attentionBias };
    return rotaryPolicy(sizes, biases, {
      ...common,
      ...withoutWindow(sizes),
      attention_bias: values.attentionBias ?? false,
    });
  },
});

const schema = Type.Object({
  ...rotaryKeys("qwen3", { keyValueHeads: 32, headWidth: 128, tied: false }),
  ...qwenKeys,
  attention_bias: Type.Boolean({ default: false }),
});

/** Reads Qwen3ForCausalLM configurations. */
export const qwen3Config: ConfigFormat<RotaryValues & { type: "qwen3"; attentionBias?: boolean }> = {
  modelType: "qwen3",
  schema,
  harmless: rotaryHarmless,
  read(document) {
    const config = document as Static<typeof schema>;
    const { values, context } = readRotary(config);
    return {
      values: { type: "qwen3", ...values, attentionBias: config.attention_bias },
      context: withinWindow(context, qwenWindow(config)),
    };
  },
};
