/**
 * The skew of DistiLLM's divergences: the share of its own first argument in the distribution that a KL is measured to.
 */
import { Type } from "@sinclair/typebox";
import { scaleSchema, type Scale } from "./scale.ts";

/** Beyond it (1 - alpha)^2 is so small that float32 leaves little of what is divided by it. */
const mostNormalized = 0.99;

/** Throws `RangeError`, in the name of `owner`, unless alpha is in [0, 1), and at most 0.99 when normalized. */
export const checkSkew = (owner: string, alpha: number, scale: Scale): void => {
  if (!(alpha >= 0 && alpha < 1)) {
    const why =
      alpha === 1 ? "at 1 a distribution is measured to itself, which is zero everywhere" : "at 0 it is the plain KL";
    throw new RangeError(`${owner}: expected alpha in [0, 1), got ${alpha}; ${why}`);
  }
  if (scale === "normalized" && alpha > mostNormalized) {
    throw new RangeError(
      `${owner}: expected alpha of at most ${mostNormalized} in the normalized scale, got ${alpha}; float32 ` +
        "cannot hold more",
    );
  }
};

/**
 * Parameters of a skewed divergence in an experiment file; `whose` names the distribution that alpha is the share of.
 */
export const skewParameters = (whose: string) => ({
  alpha: Type.Number({
    default: 0.1,
    minimum: 0,
    exclusiveMaximum: 1,
    description:
      `Share of the ${whose} in the mixture, in [0, 1); at 0 it is the plain KL, and the larger it is the ` +
      "smaller the gradient gets.",
  }),
  scale: scaleSchema("(1 - alpha)^2"),
});
