/** The policy families: one line each. */
import { family } from "../../plugins/family.ts";
import { llama } from "./llama.ts";
import { llamaConfig } from "./llama-config.ts";
import { ngram } from "./ngram.ts";
import { ngramConfig } from "./ngram-config.ts";

/** Schema and creation of every policy by its `type`. */
export const policies = family("policy", [llama, ngram]);

/** What a checkpoint's `config.json` may describe, by its `model_type`. */
export const configFormats = [llamaConfig, ngramConfig] as const;
