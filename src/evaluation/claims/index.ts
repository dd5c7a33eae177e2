/** The family of claims: a paper's statements as data. */
import { Type, type Static } from "@sinclair/typebox";
import { family } from "../../plugins/family.ts";
import { order } from "./order.ts";
import { ratio } from "./ratio.ts";
import { spread } from "./spread.ts";
import { trend } from "./trend.ts";

/** A figure, and a claim of it. */
const claimPath = "^[A-Za-z0-9.]{1,8}/[a-z0-9][a-z0-9-]{0,63}$";

/** Every kind of claim that an experiment file can make. */
export const claims = family("claim", [order, trend, ratio, spread], {
  common: {
    id: Type.String({ pattern: "^[a-z0-9][a-z0-9-]{0,63}$", description: "Name in reports." }),
    paper: Type.Optional(Type.String({ description: "Where the paper says so." })),
    explains: Type.Optional(
      Type.Array(
        Type.String({
          pattern: claimPath,
          examples: ["A.10/better-than-the-teacher"],
        }),
        {
          minItems: 1,
          maxItems: 16,
          description: "Claims of figures whose verdict this one tests a reason of: `A.10/better-than-the-teacher`.",
        },
      ),
    ),
    decides: Type.Optional(
      Type.String({
        pattern: claimPath,
        description:
          "The claim of a figure, word for word this one, whose last look this is, with a better measurement: " +
          "`8/rises-with-lambda`.",
        examples: ["8/rises-with-lambda"],
      }),
    ),
    statement: Type.String({ minLength: 1, description: "What is claimed, for people." }),
  },
});

/** A claim in an experiment file. */
export type ClaimValues = Static<typeof claims.schema>;
