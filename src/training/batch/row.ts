/** A row of a step's batch: a scored rollout with its reward and its advantage. */
import type { RewardScore } from "../../rewards/reward.ts";
import type { ScoredRollout } from "../../rollouts/scoring/scorer.ts";
import type { TeacherScore } from "../../teachers/teacher.ts";

/** The answers that a rollout of a run may have, by scorer: those that its objective needs. */
export interface Answers {
  readonly reward?: RewardScore;
  readonly teacher?: TeacherScore;
  /** The reference policy's, of the tokens that the student sampled. */
  readonly reference?: TeacherScore;
}

/** What the learner and the checks read. */
export interface Row extends Pick<ScoredRollout<Answers>, "rollout" | "answers"> {
  /** After scaling and clipping; 0 for a sequence that the student did not sample. */
  readonly reward: number;
  /** 0 for a sequence that the student did not sample. */
  readonly advantage: number;
}
