/** The objectives that experiment files can name. */
import * as tf from "@tensorflow/tfjs";
import { family, type Family, type Values } from "../plugins/family.ts";
import { definition as actorCritic } from "./actor-critic.ts";
import { definition as bradleyTerry } from "./bradley-terry.ts";
import { definition as contrastiveDistillation } from "./contrastive-distillation.ts";
import { definition as distillation } from "./distillation.ts";
import { definition as drGrpo } from "./dr-grpo.ts";
import { definition as entropyAwareDistillation } from "./entropy-aware-distillation.ts";
import { definition as entropyBonus } from "./entropy-bonus.ts";
import { definition as grpo } from "./grpo.ts";
import { definition as kdrl } from "./kdrl.ts";
import { definition as miniLlm } from "./minillm.ts";
import type { Objective, Signal } from "./objective.ts";
import { definition as onPolicyDistillation } from "./on-policy-distillation.ts";
import { definition as policyGradient } from "./policy-gradient.ts";
import { definition as reinforce } from "./reinforce.ts";
import { definition as reinforceGkd } from "./reinforce-gkd.ts";
import { definition as rloo } from "./rloo.ts";
import { definition as sampledKl } from "./sampled-kl.ts";
import { definition as sft } from "./sft.ts";
import { definition as taid } from "./taid.ts";
import { definition as universalLogitDistillation } from "./universal-logit-distillation.ts";
import { definitionOver as weightedSumOver } from "./weighted-sum.ts";

const terms = [
  sft,
  distillation,
  taid,
  contrastiveDistillation,
  entropyAwareDistillation,
  universalLogitDistillation,
  miniLlm,
  reinforce,
  reinforceGkd,
  policyGradient,
  actorCritic,
  sampledKl,
  entropyBonus,
  onPolicyDistillation,
  rloo,
  grpo,
  drGrpo,
  kdrl,
] as const;
/** What a module's objective must be. */
const modules = {
  product: "an object { name, needs, learnsFrom, loss(studentLogits, batch) }",
  functions: ["loss"],
  keys: ["name", "needs", "learnsFrom"],
  host: { "@tensorflow/tfjs": tf },
};
const members = [
  ...terms,
  weightedSumOver<Values<typeof terms>>(family("objective", terms, { modules })),
  bradleyTerry,
] as const;

/** An objective in an experiment file. */
export type ObjectiveValues = Values<typeof members>;

/** All objectives. */
export const objectives: Family<ObjectiveValues, void, Objective<Signal>> = family("objective", members, { modules });
