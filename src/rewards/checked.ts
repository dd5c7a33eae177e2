/** The check that every reward passes through: a finite number, or an error that says whose fault it is. */
import { setMaxListeners } from "node:events";
import type { Rollout } from "../rollouts/batches/rollout.ts";
import { factsOf } from "../workers/error-data.ts";
import type { Reward, RewardScore } from "./reward.ts";

const whereOf = ({ prompt, order }: Rollout): string =>
  `prompt ${prompt.index} ` +
  `${JSON.stringify(prompt.text.length > 80 ? `${prompt.text.slice(0, 80)}...` : prompt.text)}, sample ` +
  `${order.sample}`;

const describe = (value: unknown): string => {
  if (typeof value === "number" || value === undefined || value === null) return String(value);
  const text = typeof value === "string" ? JSON.stringify(value) : Object.prototype.toString.call(value);
  return `${typeof value} ${text.slice(0, 80)}`;
};

/**
 * The score, if its value is a finite number; else a `RangeError` that names the reward, the prompt, the sample and
 * what came.
 */
export const finite = (name: string, rollout: Rollout, score: RewardScore): RewardScore => {
  const value: unknown = score.value;
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw new RangeError(`reward ${name}: expected a finite number for ${whereOf(rollout)}, got ${describe(value)}`);
  }
  return score;
};

/** The promise, or the signal's reason as soon as it aborts. */
const untilAborted = async <Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> => {
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => {
      reject(signal.reason as Error);
    };
    setMaxListeners(0, signal); // One listener a score in flight is no leak: each is removed with its score.
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener("abort", stop);
  }
};

/**
 * The same reward, under `name` if one is given, whose `score` rejects
 * - with the signal's reason when it is aborted, at once, even if the reward is still working;
 * - with an `Error` that names reward, prompt and sample when the reward throws (its error is the `cause`, whose
 *   facts, such as `retryable`, it takes over);
 * - with the error of `finite` when the value is not a finite number.
 */
export const checked = (reward: Reward, name: string = reward.name): Reward => ({
  name,
  prepare: async () => reward.prepare?.(),
  close: async () => reward.close?.(),
  async score(rollout, signal) {
    signal.throwIfAborted();
    let score: RewardScore;
    try {
      score = await untilAborted(reward.score(rollout, signal), signal);
    } catch (cause) {
      if (signal.aborted) throw signal.reason;
      const reason = cause instanceof Error ? cause.message : String(cause);
      const error = new Error(`reward ${name}: expected a score for ${whereOf(rollout)}, got an error: ${reason}`, {
        cause,
      });
      throw Object.assign(error, factsOf(cause));
    }
    return finite(name, rollout, score);
  },
});
