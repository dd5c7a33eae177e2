/** The divergences that experiment files can name. */
import * as tf from "@tensorflow/tfjs";
import { family, type Family, type Values } from "../../plugins/family.ts";
import { definition as adaptiveKl } from "./adaptive-kl.ts";
import { definition as alphaBeta } from "./alpha-beta.ts";
import type { Divergence } from "./divergence.ts";
import { definition as forwardKl } from "./forward-kl.ts";
import { definition as jeffreys } from "./jeffreys.ts";
import { definition as jsd } from "./jsd.ts";
import { definition as renyi } from "./renyi.ts";
import { definition as reverseKl } from "./reverse-kl.ts";
import { definition as skewKl } from "./skew-kl.ts";
import { definition as skewReverseKl } from "./skew-reverse-kl.ts";
import { definition as totalVariation } from "./total-variation.ts";

const members = [
  forwardKl,
  reverseKl,
  jsd,
  totalVariation,
  jeffreys,
  skewKl,
  skewReverseKl,
  adaptiveKl,
  alphaBeta,
  renyi,
] as const;

/** A divergence in an experiment file. */
export type DivergenceValues = Values<typeof members>;

/** All divergences. */
export const divergences: Family<DivergenceValues, void, Divergence> = family("divergence", members, {
  modules: {
    product: "an object { name, formula(teacher, student) }",
    functions: ["formula"],
    keys: ["name"],
    host: { "@tensorflow/tfjs": tf },
  },
});
