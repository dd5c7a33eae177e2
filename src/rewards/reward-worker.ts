/** The thread that rewards: a user's slow or endless reward never blocks the threads that route and learn. */
import type { TaskValues } from "../tasks/index.ts";
import { knownTask } from "../tasks/known-task.ts";
import type { Rollout } from "../rollouts/batches/rollout.ts";
import { encodeError, type ErrorData } from "../workers/error-data.ts";
import { serve } from "../workers/serve.ts";
import type { RewardValues } from "./index.ts";
import type { Reward, RewardContext, RewardScore } from "./reward.ts";
import { createRewards } from "./weighted.ts";

/** What the thread is started for. */
export interface OpenRewards extends Pick<RewardContext, "engine" | "models"> {
  readonly folder: string;
  readonly rewards: readonly RewardValues[];
  readonly task: TaskValues;
  readonly taskSeed: number;
  /** For a task that has none of its own. */
  readonly tokenizer?: unknown;
}

/** A rollout's score, or why it has none. */
export type RewardAnswer = RewardScore | { readonly failure: ErrorData };

let reward: Reward | undefined;

const answerOf = async (opened: Reward, rollout: Rollout, signal: AbortSignal): Promise<RewardAnswer> => {
  try {
    return await opened.score(rollout, signal);
  } catch (error) {
    signal.throwIfAborted();
    return { failure: encodeError(error) };
  }
};

const handlers = {
  open: async ({ rewards, task, taskSeed, tokenizer, ...context }: OpenRewards): Promise<{ value: undefined }> => {
    const { folder } = context;
    reward = createRewards(rewards, { ...context, task: knownTask(task, { seed: taskSeed, folder, tokenizer }) });
    await reward.prepare?.();
    return { value: undefined };
  },
  score: async (rollouts: readonly Rollout[], signal: AbortSignal): Promise<{ value: readonly RewardAnswer[] }> => {
    const opened = reward;
    if (opened === undefined) throw new Error("reward: expected a call of open before any other");
    return { value: await Promise.all(rollouts.map((rollout) => answerOf(opened, rollout, signal))) };
  },
};

/** The calls that the thread answers. */
export type RewardHandlers = typeof handlers;

serve(handlers, {
  close: async () => {
    await reward?.close?.();
    reward = undefined;
  },
});
