/** The objectives that experiment files can name. */
import { family, type Family, type Values } from "../plugins/family.ts";
import { definition as distillation } from "./distillation.ts";
import type { Objective, Signals } from "./objective.ts";
import { definition as reinforceGkd } from "./reinforce-gkd.ts";
import { definition as reinforce } from "./reinforce.ts";
import { definition as sft } from "./sft.ts";
import { definitionOver as weightedSumOver } from "./weighted-sum.ts";

const terms = [sft, distillation, reinforce, reinforceGkd] as const;
const members = [...terms, weightedSumOver<Values<typeof terms>>(family("objective", terms))] as const;

/** An objective in an experiment file. */
export type ObjectiveValues = Values<typeof members>;

/** All objectives. */
export const objectives: Family<ObjectiveValues, void, Objective<keyof Signals>> = family("objective", members);
