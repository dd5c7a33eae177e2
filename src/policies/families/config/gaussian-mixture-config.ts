/** The configuration of a Gaussian mixture, written and read. */
import { Type, type Static } from "@sinclair/typebox";
import type { ConfigFormat } from "./config-format.ts";
import type { PolicyContext } from "../../policy.ts";

/** The `config.json` of a Gaussian mixture. Its `model_type` is our own: transformers has none. */
export const configOf = (
  components: number,
  end: number,
  { vocabularySize, contextLength }: PolicyContext,
): Record<string, unknown> => ({
  architectures: ["RetortGaussianMixture"],
  model_type: "retort-gaussian-mixture",
  components,
  end,
  vocab_size: vocabularySize,
  max_position_embeddings: contextLength,
});

const schema = Type.Object({
  model_type: Type.Literal("retort-gaussian-mixture"),
  components: Type.Integer({ minimum: 1, maximum: 16 }),
  end: Type.Integer({ minimum: 0 }),
  vocab_size: Type.Integer({ minimum: 1 }),
  max_position_embeddings: Type.Integer({ minimum: 1 }),
});

/** Reads configurations of Gaussian mixtures. */
export const gaussianMixtureConfig: ConfigFormat<{ type: "gaussian-mixture"; components: number; end: number }> = {
  modelType: "retort-gaussian-mixture",
  schema,
  harmless: [],
  read(document) {
    const config = document as Static<typeof schema>;
    return {
      values: { type: "gaussian-mixture", components: config.components, end: config.end },
      context: { vocabularySize: config.vocab_size, contextLength: config.max_position_embeddings },
    };
  },
};
