/** The skew of DistiLLM's divergences: the share of its own first argument in the distribution that a KL is measured to. */
import { Type } from "@sinclair/typebox";
import { scaleSchema } from "./scale.ts";

/** Throws `RangeError`, in the name of `owner`, unless alpha is in [0, 1). */
export const checkSkew = (owner: string, alpha: number): void => {
  if (!(alpha >= 0 && alpha < 1)) {
    const why = alpha === 1 ? "at 1 a distribution is measured to itself, which is zero everywhere" : "at 0 it is the plain KL";
    throw new RangeError(`${owner}: expected alpha in [0, 1), got ${alpha}; ${why}`);
  }
};

/** Parameters of a skewed divergence in an experiment file; `whose` names the distribution that alpha is the share of. */
export const skewParameters = (whose: string) =>
  Type.Object(
    {
      alpha: Type.Number({
        default: 0.1,
        minimum: 0,
        exclusiveMaximum: 1,
        description: `Share of the ${whose} in the mixture, in [0, 1); at 0 it is the plain KL, and the larger it is the smaller the gradient gets.`,
      }),
      scale: scaleSchema("(1 - alpha)^2"),
    },
    { additionalProperties: false },
  );
