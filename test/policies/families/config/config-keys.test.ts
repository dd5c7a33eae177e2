/** Known and unknown keys of configurations. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { unknownKeys } from "../../../../src/policies/families/config/config-keys.ts";
import { policyOf } from "../../../../src/policies/checkpoints/huggingface.ts";
import { llamaConfig } from "../../../../src/policies/families/config/llama-config.ts";
import { checkpointsFolder } from "../../../fixtures/reference-checkpoint.ts";

test("a key is known to its format, harmless in it, or without effect in all", () => {
  expect(unknownKeys({ model_type: "llama", attention_dropout: 0.1, eos_token_id: 2, alibi: true, Vocab_size: 3 }, llamaConfig)).toEqual([
    "alibi",
    "Vocab_size",
  ]);
});

test.each(readdirSync(checkpointsFolder))("the configuration of %s that transformers wrote is read", (name) => {
  const document = JSON.parse(readFileSync(join(checkpointsFolder, name, "config.json"), "utf8")) as Record<string, unknown>;
  expect(policyOf(document).vocabularySize).toBe(document["vocab_size"]);
  expect(() => policyOf({ ...document, of_tomorrow: 1 })).toThrow('"of_tomorrow" is not known, and may change the arithmetic');
});
