/** Rewards from users' own modules, in TypeScript or JavaScript. */
import { basename, extname } from "node:path";
import { Type } from "@sinclair/typebox";
import type { ModuleContract, ModuleMember } from "../plugins/module-registry.ts";
import type { KindedPlugin } from "../plugins/plugin.ts";
import { ownReward } from "./own/own-reward.ts";
import { isDefinedReward, type FreeParameters, type RewardFunction } from "./own/reward-function.ts";
import type { Reward, RewardContext, RewardRange } from "./reward.ts";

const nameOf = (file: string): string => basename(file, extname(file));

/**
 * A module exports a function of an example by default, or what `reward` makes of one. Its reward is named by its file,
 * without the ending.
 */
const readReward = (exported: unknown, file: string): KindedPlugin | undefined => {
  if (typeof exported !== "function" && !isDefinedReward(exported)) return undefined;
  const schema = isDefinedReward(exported) ? exported.parameters : undefined;
  return {
    kind: "reward",
    schema: schema ?? true,
    create(parameters: FreeParameters, context: RewardContext): Reward {
      return ownReward(exported as RewardFunction<never>, { name: nameOf(file), parameters, context });
    },
  };
};

/** The reward with the range that its entry states. `RangeError` for one that is turned round. */
const ranged = (made: object, { range: given }: ModuleMember): Reward => {
  const range = given as RewardRange | undefined;
  if (range === undefined) return made as Reward;
  const [least, most] = range;
  if (least <= most) return { ...(made as Reward), range };
  throw new RangeError(`module reward: expected a range from its least to its greatest value, got [${least}, ${most}]`);
};

/** What a module must export to be a reward, and what its entry may say. */
export const rewardModules: ModuleContract = {
  product: "a reward: an object { name, score(rollout, signal) }",
  functions: ["score"],
  keys: ["name"],
  read: readReward,
  finish: ranged,
  also: {
    range: Type.Optional(
      Type.Array(Type.Number(), {
        minItems: 2,
        maxItems: 2,
        description:
          "Least and greatest value that the function gives when all is well; a value outside stops the " +
          "run (training.checks.rewardRange).",
      }),
    ),
  },
};
