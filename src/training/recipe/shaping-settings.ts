/** The settings of shaping, wherever the student draws. */
import { Type } from "@sinclair/typebox";

/** What may be done to a distribution besides its temperature; in this order, each after the one before it. */
export const shapingSettings = {
  repetitionPenalty: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      description:
        "Divides the logits of tokens that prompt or completion have already, and multiplies negative ones; " +
        "1 does nothing.",
    }),
  ),
  minNewTokens: Type.Optional(
    Type.Integer({ minimum: 0, description: "No completion ends with fewer tokens than this before its end." }),
  ),
  topK: Type.Optional(Type.Integer({ minimum: 1, description: "Only the K likeliest tokens are drawn." })),
  topP: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      description:
        "Only the likeliest tokens are drawn that have this probability together, the one that reaches it included.",
    }),
  ),
  minP: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 1,
      description: "Only tokens are drawn that have this share of the likeliest one's probability.",
    }),
  ),
};
