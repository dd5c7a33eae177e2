/** The objectives that experiment files can name. */
import { family, type Family, type Values } from "../plugins/family.ts";
import { definition as contrastiveDistillation } from "./contrastive-distillation.ts";
import { definition as distillation } from "./distillation.ts";
import { definition as entropyAwareDistillation } from "./entropy-aware-distillation.ts";
import { definition as miniLlm } from "./minillm.ts";
import type { Objective, Signal } from "./objective.ts";
import { definition as reinforceGkd } from "./reinforce-gkd.ts";
import { definition as reinforce } from "./reinforce.ts";
import { definition as sft } from "./sft.ts";
import { definition as taid } from "./taid.ts";
import { definitionOver as weightedSumOver } from "./weighted-sum.ts";

const terms = [sft, distillation, taid, contrastiveDistillation, entropyAwareDistillation, miniLlm, reinforce, reinforceGkd] as const;
const members = [...terms, weightedSumOver<Values<typeof terms>>(family("objective", terms))] as const;

/** An objective in an experiment file. */
export type ObjectiveValues = Values<typeof members>;

/** All objectives. */
export const objectives: Family<ObjectiveValues, void, Objective<Signal>> = family("objective", members);
