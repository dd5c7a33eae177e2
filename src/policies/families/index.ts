/** The policy families: one line each. */
import { family } from "../../plugins/family.ts";
import { gemma, gemmaConfig } from "./gemma.ts";
import { llama } from "./llama.ts";
import { llamaConfig } from "./llama-config.ts";
import { mistral, mistralConfig } from "./mistral.ts";
import { ngram } from "./ngram.ts";
import { ngramConfig } from "./ngram-config.ts";
import { qwen2, qwen2Config } from "./qwen2.ts";
import { qwen3, qwen3Config } from "./qwen3.ts";

/** Schema and creation of every policy by its `type`. */
export const policies = family("policy", [llama, mistral, qwen2, qwen3, gemma, ngram]);

/** What a checkpoint's `config.json` may describe, by its `model_type`. */
export const configFormats = [llamaConfig, mistralConfig, qwen2Config, qwen3Config, gemmaConfig, ngramConfig] as const;
