/** The policy families: one line each. */
import { family } from "../../plugins/family.ts";
import { llama } from "./llama.ts";
import { ngram } from "./ngram.ts";

/** Schema and creation of every policy by its `type`. */
export const policies = family("policy", [llama, ngram]);
