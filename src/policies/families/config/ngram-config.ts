/** The configuration of an n-gram, written and read. */
import { Type, type Static } from "@sinclair/typebox";
import type { ConfigFormat } from "./config-format.ts";
import type { PolicyContext } from "../../policy.ts";

/** The `config.json` of an n-gram. Its `model_type` is our own: transformers has none. */
export const configOf = (order: number, { vocabularySize, contextLength }: PolicyContext): Record<string, unknown> => ({
  architectures: ["RetortNgram"],
  model_type: "retort-ngram",
  order,
  vocab_size: vocabularySize,
  max_position_embeddings: contextLength,
});

const schema = Type.Object({
  model_type: Type.Literal("retort-ngram"),
  order: Type.Integer({ minimum: 2, maximum: 4 }),
  vocab_size: Type.Integer({ minimum: 1 }),
  max_position_embeddings: Type.Integer({ minimum: 1 }),
});

/** Reads n-gram configurations. */
export const ngramConfig: ConfigFormat<{ type: "ngram"; order: number }> = {
  modelType: "retort-ngram",
  schema,
  harmless: [],
  read(document) {
    const config = document as Static<typeof schema>;
    return {
      values: { type: "ngram", order: config.order },
      context: { vocabularySize: config.vocab_size, contextLength: config.max_position_embeddings },
    };
  },
};
