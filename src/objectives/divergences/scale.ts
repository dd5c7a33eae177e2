/** The scale of a divergence with a parameter: as its paper has it, or with the curvature of a KL. */
import { Type } from "@sinclair/typebox";

/**
 * `paper`: as the source defines it. `normalized`: divided by what makes it (1/2) sum_i (P_i - Q_i)^2 / P_i to second
 * order in P - Q, as forward and reverse KL are, so that a distillation weight means the same at every value of the
 * parameter.
 */
export type Scale = "paper" | "normalized";

/** The factor of a divergence of this curvature (that of a KL is 1). */
export const factorOf = (scale: Scale, curvature: number): number => (scale === "paper" ? 1 : 1 / curvature);

/** What a name ends in, so that metrics show the scale: nothing in the paper's. */
export const suffixOf = (scale: Scale): string => (scale === "paper" ? "" : "-normalized");

/** Schema of a scale; `curvature` says what the normalized one is divided by. */
export const scaleSchema = (curvature: string) =>
  Type.Unsafe<Scale>({
    type: "string",
    enum: ["paper", "normalized"],
    default: "paper",
    description:
      `paper: as defined. normalized: divided by ${curvature}, so that it has the size of a KL at every value ` +
      "and alpha means the same.",
  });
