/** A reward made of a function that a user wrote. */
import { microBatch } from "../../remote/micro-batch.ts";
import type { Rollout } from "../../rollouts/batches/rollout.ts";
import type { Reward, RewardContext } from "../reward.ts";
import { exampleOf } from "./example.ts";
import { checkedParameters } from "./parameters.ts";
import {
  isDefinedReward,
  reward,
  type DefinedReward,
  type FreeParameters,
  type RewardBatchFunction,
  type RewardFunction,
} from "./reward-function.ts";

/** What is handed to the function, and what the reward is called. */
export interface OwnRewardOptions {
  readonly name: string;
  readonly parameters?: FreeParameters | undefined;
  readonly context: Pick<RewardContext, "task" | "folder">;
}

/** The function's definition. `TypeError` for one of three parameters, which is of an earlier version. */
const definitionOf = (given: RewardFunction<never> | DefinedReward, name: string): DefinedReward => {
  const defined = isDefinedReward(given) ? given : reward(given);
  const { length } = defined.score.call;
  if (length > 2) {
    throw new TypeError(
      `reward ${name}: expected a function of (example, { parameters, signal }), got one of ${length} parameters; ` +
        `the completion's text is now "completion" of the first, and "parameters" a key of the second`,
    );
  }
  return defined;
};

const batchScorer = (
  call: RewardBatchFunction<never>,
  { name, parameters, context: { task, folder = "." } }: OwnRewardOptions,
): Reward["score"] => {
  const scoreOf = microBatch({
    size: Number.POSITIVE_INFINITY,
    ask: async (rollouts: readonly Rollout[], signal) => {
      const examples = rollouts.map((rollout) => exampleOf(rollout, task));
      const answered: unknown = await call(examples, {
        parameters: parameters as never,
        signal,
        task,
        folder,
        rollouts,
      });
      const answers: readonly unknown[] | undefined = Array.isArray(answered) ? answered : undefined;
      if (answers?.length !== rollouts.length) {
        const got = answers === undefined ? typeof answered : `${answers.length}`;
        throw new TypeError(`reward ${name}: expected ${rollouts.length} numbers, one for each example, got ${got}`);
      }
      return answers as readonly number[];
    },
  });
  return async (rollout, signal) => ({ value: await scoreOf(rollout, signal), parts: {} });
};

/**
 * The reward of a function, which is given guarded examples. Completions that are scored at the same time go to a
 * function of batches together. `TypeError` for a function of an earlier version's form, `RangeError` for parameters
 * that its schema refuses.
 */
export const ownReward = (given: RewardFunction<never> | DefinedReward, options: OwnRewardOptions): Reward => {
  const { name, context } = options;
  const { task, folder = "." } = context;
  const { score, parameters: schema } = definitionOf(given, name);
  const parameters = checkedParameters(`reward ${name}`, schema, options.parameters ?? {});
  if (score.of === "batch") return { name, score: batchScorer(score.call, { ...options, parameters }) };
  const { call } = score;
  return {
    name,
    async score(rollout, signal) {
      const given = { parameters: parameters as never, signal, task, folder, rollout };
      return { value: await call(exampleOf(rollout, task), given), parts: {} };
    },
  };
};
