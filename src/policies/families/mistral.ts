/** The Mistral family: Llama's arithmetic without biases, in the configuration of HuggingFace's MistralForCausalLM. */
import { Type, type Static } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import type { ConfigFormat } from "./config/config-format.ts";
import type { PolicyContext } from "../policy.ts";
import {
  readRotary,
  rotaryConfig,
  rotaryHarmless,
  rotaryKeys,
  windowKey,
  withinWindow,
} from "./config/rotary-decoder-config.ts";
import { plainArithmetic, rotaryParameters, rotarySizes, type RotaryValues } from "./rotary-decoder-options.ts";
import { rotaryPolicy } from "./rotary-decoder-policy.ts";

/**
 * `type: "mistral"` (Jiang et al., 2023). Its context is at most its sliding window, so that the window changes nothing
 * and is not computed.
 */
export const mistral = define({
  type: "mistral",
  summary: "A Mistral decoder: Llama's arithmetic; a checkpoint's context is cut to its sliding window.",
  parameters: rotaryParameters,
  create(values, context: PolicyContext) {
    const sizes = rotarySizes("mistral", values, context, plainArithmetic);
    const common = rotaryConfig(sizes, { architecture: "MistralForCausalLM", modelType: "mistral" });
    return rotaryPolicy(sizes, {}, { ...common, hidden_act: "silu", sliding_window: null });
  },
});

const schema = Type.Object({
  ...rotaryKeys("mistral", { keyValueHeads: 8, headWidth: null, tied: false }),
  hidden_act: Type.Literal("silu", { default: "silu" }),
  sliding_window: windowKey(4096),
});

/** Reads MistralForCausalLM configurations. */
export const mistralConfig: ConfigFormat<RotaryValues & { type: "mistral" }> = {
  modelType: "mistral",
  schema,
  harmless: rotaryHarmless,
  read(document) {
    const config = document as Static<typeof schema>;
    const { values, context } = readRotary(config);
    return { values: { type: "mistral", ...values }, context: withinWindow(context, config.sliding_window) };
  },
};
