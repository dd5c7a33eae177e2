/** The policy families: one line each. */
import * as tf from "@tensorflow/tfjs";
import { family } from "../../plugins/family.ts";
import { gaussianMixture } from "./gaussian-mixture.ts";
import { gaussianMixtureConfig } from "./config/gaussian-mixture-config.ts";
import { gemma, gemmaConfig } from "./gemma.ts";
import { gpt2 } from "./gpt2.ts";
import { gpt2Config } from "./config/gpt2-config.ts";
import { llama } from "./llama.ts";
import { llamaConfig } from "./config/llama-config.ts";
import { mistral, mistralConfig } from "./mistral.ts";
import { ngram } from "./ngram.ts";
import type { ConfigFormat } from "./config/config-format.ts";
import { configured, moduleConfig } from "./config/module-config.ts";
import { ngramConfig } from "./config/ngram-config.ts";
import { qwen2, qwen2Config } from "./qwen2.ts";
import { qwen3, qwen3Config } from "./qwen3.ts";
import { t5 } from "./t5.ts";
import { t5Config } from "./config/t5-config.ts";

/** Schema and creation of every policy by its `type`. */
export const policies = family("policy", [llama, mistral, qwen2, qwen3, gemma, gpt2, t5, ngram, gaussianMixture], {
  modules: {
    product: "an object { parameters, hiddenSize, hidden, head, logits, decoder: { prefill, step } }",
    functions: ["hidden", "head", "logits", "decoder.prefill", "decoder.step"],
    keys: ["parameters", "hiddenSize"],
    finish: configured,
    host: { "@tensorflow/tfjs": tf },
  },
});

/** A new policy in an experiment file. */
export type PolicyValues = Parameters<typeof policies.create>[0];

/** What a checkpoint's `config.json` may describe, by its `model_type`. */
export const configFormats = [
  llamaConfig,
  mistralConfig,
  qwen2Config,
  qwen3Config,
  gemmaConfig,
  gpt2Config,
  t5Config,
  ngramConfig,
  gaussianMixtureConfig,
  // Its values are of no type that is known here.
  moduleConfig as ConfigFormat<never>,
] as const;
