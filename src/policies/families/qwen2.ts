/**
 * The Qwen2 family: Llama's arithmetic with biases on queries, keys and values, in the configuration of HuggingFace's
 * Qwen2ForCausalLM.
 */
import { Type, type Static } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import type { ConfigFormat } from "./config/config-format.ts";
import type { PolicyContext } from "../policy.ts";
import { qwenKeys, qwenWindow, withoutWindow } from "./config/qwen-config.ts";
import { readRotary, rotaryConfig, rotaryHarmless, rotaryKeys, withinWindow } from "./config/rotary-decoder-config.ts";
import { plainArithmetic, rotaryParameters, rotarySizes, type RotaryValues } from "./rotary-decoder-options.ts";
import { rotaryPolicy } from "./rotary-decoder-policy.ts";

/** `type: "qwen2"`, also Qwen2.5 (Yang et al., 2024). */
export const qwen2 = define({
  type: "qwen2",
  summary:
    "A Qwen2 decoder: Llama's arithmetic with biases on queries, keys and values; a checkpoint's context is " +
    "cut to its sliding window.",
  parameters: rotaryParameters,
  create(values, context: PolicyContext) {
    const sizes = rotarySizes("qwen2", values, context, plainArithmetic);
    const common = rotaryConfig(sizes, { architecture: "Qwen2ForCausalLM", modelType: "qwen2" });
    return rotaryPolicy(sizes, { projections: true }, { ...common, ...withoutWindow(sizes) });
  },
});

const schema = Type.Object({
  ...rotaryKeys("qwen2", { keyValueHeads: 32, headWidth: null, tied: false }),
  ...qwenKeys,
});

/** Reads Qwen2ForCausalLM configurations. */
export const qwen2Config: ConfigFormat<RotaryValues & { type: "qwen2" }> = {
  modelType: "qwen2",
  schema,
  harmless: rotaryHarmless,
  read(document) {
    const config = document as Static<typeof schema>;
    const { values, context } = readRotary(config);
    return { values: { type: "qwen2", ...values }, context: withinWindow(context, qwenWindow(config)) };
  },
};
