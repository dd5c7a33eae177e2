/** The family of rewards. */
import { Type } from "@sinclair/typebox";
import { family, type Family } from "../plugins/family.ts";
import type { Reward, RewardContext } from "./reward.ts";
import { brevity } from "./brevity.ts";
import { code } from "./code.ts";
import { entailment } from "./entailment.ts";
import { exactMatch } from "./exact-match.ts";
import { gateOver } from "./gate.ts";
import { jsonSchema } from "./json/schema.ts";
import { length } from "./length.ts";
import { classifier } from "./model/classifier.ts";
import { rewardModel } from "./model/reward-model.ts";
import { mathAnswer } from "./math-answer.ts";
import { rewardModules } from "./module.ts";
import { multipleChoice } from "./multiple-choice.ts";
import { numericAnswer } from "./numeric-answer.ts";
import { productOver } from "./product.ts";
import { regularExpression } from "./regular-expression.ts";
import { repetition } from "./repetition.ts";
import { httpReward } from "./remote/http.ts";
import { judge } from "./remote/judge.ts";
import { bleu } from "./text/bleu.ts";
import { chrf } from "./text/chrf.ts";
import { editSimilarityReward } from "./text/edit-similarity.ts";
import { rouge } from "./text/rouge.ts";
import { wellFormed } from "./well-formed.ts";

const name = Type.Optional(
  Type.String({
    pattern: "^[A-Za-z0-9][A-Za-z0-9_.-]*$",
    description:
      "Name in metrics; needed where two rewards would have the same one. The type, or a module's file, when left out.",
  }),
);

/** Rewards that are not made of others. */
const simple = [
  exactMatch,
  entailment,
  mathAnswer,
  numericAnswer,
  multipleChoice,
  regularExpression,
  jsonSchema,
  wellFormed,
  brevity,
  length,
  repetition,
  rouge,
  bleu,
  chrf,
  editSimilarityReward,
  code,
  httpReward,
  judge,
  classifier,
  rewardModel,
] as const;

const gated = [...simple, gateOver(family("reward", simple, { common: { name }, modules: rewardModules }))] as const;

/** The rewards by their types, and what each entry may say beside its own parameters. */
const listed = family(
  "reward",
  [...gated, productOver(family("reward", gated, { common: { name }, modules: rewardModules }))],
  {
    common: {
      weight: Type.Optional(
        Type.Number({
          default: 1,
          description: "Factor in the sum of rewards: below 0 for a penalty, 0 to measure without effect.",
        }),
      ),
      name,
      normalize: Type.Optional(
        Type.Union([Type.Literal("group"), Type.Literal("running")], {
          description:
            "Takes its mean off and divides it by its standard deviation before it is weighed: those of the " +
            "prompt's completions, or of all so far. As it is when left out; the sum is the objective's to " +
            "normalise.",
        }),
      ),
    },
    modules: rewardModules,
  },
);

/** A reward from a module of the user's: the module's own parameters stand beside these keys. */
export interface ModuleRewardValues extends Pick<Parameters<typeof listed.create>[0], "weight" | "name" | "normalize"> {
  /** The file, relative to the experiment file. */
  readonly module: string;
  /** sha256 of its code, as the check of a file writes it down. */
  readonly code?: string;
  readonly range?: readonly number[];
  readonly type?: never;
  readonly reward?: never;
  readonly [parameter: string]: unknown;
}

/** One entry of `rewards` in an experiment file. */
export type RewardValues = Parameters<typeof listed.create>[0] | ModuleRewardValues;

/** Every reward that an experiment file can name. */
export const rewards: Family<RewardValues, RewardContext, Reward> = listed;
