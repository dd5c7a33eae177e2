/** A teacher: what a better model would have said at every place of a completion. It is frozen and has no parameters that an optimizer could see. */
import type { Rollout } from "../rollouts/rollout.ts";

/** A teacher's opinion of one rollout. */
export interface TeacherScore {
  /** Log-probs in nats over the whole vocabulary, [L, V] row by row, one row for each completion token, at the teacher's temperature. */
  readonly logProbs: Float32Array;
}

/** Scores rollouts; one answer each, in the order given. */
export interface Teacher {
  readonly vocabularySize: number;
  score(rollouts: readonly Rollout[], signal: AbortSignal): Promise<readonly TeacherScore[]>;
}
