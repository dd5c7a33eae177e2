/** A reward: how good a completion is, as a number. */
import type { EngineName } from "../engine/names.ts";
import type { Rollout } from "../rollouts/batches/rollout.ts";
import type { Task } from "../tasks/task.ts";

/** A reward's score: the value and, for sums, what it was made of (unweighted, by name). */
export interface RewardScore {
  readonly value: number;
  readonly parts: Readonly<Record<string, number>>;
}

/** Least and greatest value that a reward gives when all is well. */
export type RewardRange = readonly [least: number, most: number];

/** Scores rollouts. Finite values only; a reward that returns NaN stops the run with an error that names the reward. */
export interface Reward {
  /** Names the reward in metrics: `reward/<name>`. */
  readonly name: string;
  /**
   * Values outside of it are counted, and stop the run (`training.checks.rewardRange`); absent when the reward knows
   * none.
   */
  readonly range?: RewardRange;
  /** Does what can fail before the first score, such as loading a module, so that it fails before training starts. */
  prepare?(): Promise<void>;
  /** The score of one rollout. Rejects where there is none. */
  score(rollout: Rollout, signal: AbortSignal): Promise<RewardScore>;
  /** Ends what it has started, such as threads and processes. Nothing is scored afterwards. */
  close?(): Promise<void>;
}

/** A classifier that rewards may use. */
export interface RewardModel {
  /** HuggingFace folder of its configuration and its weights. */
  readonly folder: string;
  /** What `toJSON` of its tokenizer gave. */
  readonly tokenizer: unknown;
}

/** Models by `modelKey` of their reference. */
export type RewardModels = Readonly<Record<string, RewardModel>>;

/** What a reward may need to be made. */
export interface RewardContext {
  readonly task: Task;
  /** Folder of the experiment file, from which a module's path is resolved; the working folder when left out. */
  readonly folder?: string;
  /** Runs models; `auto` when left out. */
  readonly engine?: EngineName;
  /** Where the models are that rewards name; not known before a run begins. */
  readonly models?: RewardModels;
}
