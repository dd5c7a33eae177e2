/** The divergences that experiment files can name. */
import { family, type Family, type Values } from "../../plugins/family.ts";
import type { Divergence } from "./divergence.ts";
import { definition as forwardKl } from "./forward-kl.ts";
import { definition as jsd } from "./jsd.ts";
import { definition as reverseKl } from "./reverse-kl.ts";

const members = [forwardKl, reverseKl, jsd] as const;

/** A divergence in an experiment file. */
export type DivergenceValues = Values<typeof members>;

/** All divergences. */
export const divergences: Family<DivergenceValues, void, Divergence> = family("divergence", members);
