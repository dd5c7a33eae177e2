/** The policy families: one line each. */
import { family } from "../../plugins/family.ts";
import { gpt2 } from "./gpt2.ts";
import { gpt2Config } from "./gpt2-config.ts";
import { llama } from "./llama.ts";
import { llamaConfig } from "./llama-config.ts";
import { ngram } from "./ngram.ts";
import { ngramConfig } from "./ngram-config.ts";
import { t5 } from "./t5.ts";
import { t5Config } from "./t5-config.ts";

/** Schema and creation of every policy by its `type`. */
export const policies = family("policy", [gpt2, llama, ngram, t5]);

/** What a checkpoint's `config.json` may describe, by its `model_type`. */
export const configFormats = [gpt2Config, llamaConfig, ngramConfig, t5Config] as const;
