/** Configurations of Gaussian mixtures. */
import { expect, test } from "vitest";
import { policyOf } from "../../../../src/policies/checkpoints/huggingface.ts";
import { gaussianMixture } from "../../../../src/policies/families/gaussian-mixture.ts";
import { gaussianMixtureConfig } from "../../../../src/policies/families/config/gaussian-mixture-config.ts";

const context = { vocabularySize: 9, contextLength: 6 };
const { config } = gaussianMixture.create({ components: 3, end: 2 }, context);

test("what is written is read back", () => {
  expect(gaussianMixtureConfig.read(config)).toEqual({ values: { type: "gaussian-mixture", components: 3, end: 2 }, context });
  expect(policyOf(config).parameters["mixture.log_weights"]?.shape).toEqual([3]);
});

test("no component at all is refused", () => {
  expect(() => policyOf({ ...config, components: 0 })).toThrow("components: must be >= 1, got 0");
});
