/** The Llama family: a decoder whose parameters and configuration are those of HuggingFace's LlamaForCausalLM. */
import { Type } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import type { PolicyContext } from "../policy.ts";
import { llamaConfigOf } from "./config/llama-config.ts";
import { attentionBias, plainArithmetic, rotaryParameters, rotarySizes } from "./rotary-decoder-options.ts";
import { rotaryPolicy } from "./rotary-decoder-policy.ts";

const parameters = {
  ...rotaryParameters,
  attentionBias,
  feedForwardBias: Type.Optional(
    Type.Boolean({ description: "The feed-forward layers have biases; false when left out." }),
  ),
};

/**
 * `type: "llama"`: RMSNorm, rotary positions, grouped-query attention, SwiGLU, tied or untied head (Touvron et al.,
 * 2023). SmolLM2 is one.
 */
export const llama = define({
  type: "llama",
  summary: "A Llama-style decoder: RMSNorm, rotary positions, grouped-query attention, SwiGLU.",
  parameters,
  create(values, context: PolicyContext) {
    const sizes = rotarySizes("llama", values, context, plainArithmetic);
    const biases = {
      projections: values.attentionBias,
      output: values.attentionBias,
      feedForward: values.feedForwardBias,
    };
    return rotaryPolicy(sizes, biases, llamaConfigOf(sizes, values));
  },
});
