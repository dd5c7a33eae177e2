/** Configurations of n-grams. */
import { expect, test } from "vitest";
import { policyOf } from "../../../../src/policies/checkpoints/huggingface.ts";
import { ngram } from "../../../../src/policies/families/ngram.ts";
import { ngramConfig } from "../../../../src/policies/families/config/ngram-config.ts";

const context = { vocabularySize: 5, contextLength: 9 };
const { config } = ngram.create({ order: 3 }, context);

test("what is written is read back", () => {
  expect(ngramConfig.read(config)).toEqual({ values: { type: "ngram", order: 3 }, context });
});

test("an order out of range is refused", () => {
  expect(() => policyOf({ ...config, order: 7 })).toThrow("order: must be <= 4, got 7");
});
