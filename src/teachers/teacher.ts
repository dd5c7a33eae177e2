/**
 * A teacher: what a better model would have said at every position of a completion. It is frozen and has no parameters
 * that an optimizer could see.
 */
import type { Rollout } from "../rollouts/batches/rollout.ts";

/** A teacher's opinion of one rollout, one row for each completion token, in nats at the teacher's temperature. */
export interface TeacherScore {
  /**
   * [L, V] over the whole vocabulary; [L, K] of the likeliest tokens beside `ids`; or [L] of the rollout's own tokens,
   * as `detail` asked.
   */
  readonly logProbs: Float32Array;
  /** [L, K], in falling order of log-prob; present for top-k scores. */
  readonly ids?: Int32Array;
  /**
   * [L] 1 where both tokenizers begin a token, for a teacher with another vocabulary; `logProbs` are then [L, W] and
   * any value where it is 0.
   */
  readonly aligned?: Float32Array;
  /** Whether it was read from a folder of scores, of a mixture all that have one; absent where none has. */
  readonly stored?: boolean;
}

/** How much a teacher says: all log-probs, those of its K likeliest tokens, or those of the rollout's own tokens. */
export type Detail = "all" | "tokens" | { readonly topK: number };

/** Scores rollouts; one answer each, in the order given: a score, or, from some teachers, why this rollout has none. */
export interface Teacher<Answer extends TeacherScore | Error = TeacherScore | Error> {
  readonly vocabularySize: number;
  /** One answer for each rollout, in the same order. */
  score(rollouts: readonly Rollout[], signal: AbortSignal): Promise<readonly Answer[]>;
}
