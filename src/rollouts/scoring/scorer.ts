/** Scorers, which give one answer for each rollout, and rollouts with the answers of all scorers. */
import type { Rollout } from "../batches/rollout.ts";

/** Scores rollouts: a reward, a teacher, or anything else that gives one answer for each. */
export interface Scorer<Answer> {
  /** Most rollouts of one call. */
  readonly batch: number;
  /** Most calls at once. */
  readonly concurrency: number;
  /**
   * One answer each, in the order given. The signal aborts when the stream ends early: by an error elsewhere, or
   * unsubscribed.
   */
  score(rollouts: readonly Rollout[], signal: AbortSignal): Promise<readonly Answer[]>;
}

/** A call for a rollout failed, whether it was answered in the end or not. */
export interface Failure {
  /** Calls that the rollout was part of. */
  readonly attempts: number;
  /** Answered by a later call, answered by the default, or not at all. */
  readonly outcome: "answered" | "default" | "dropped";
  /** Message of the last error. */
  readonly error: string;
}

/** A scorer's answer after a failure; no answer when the rollout is to be dropped. */
export class FailedAnswer<Answer> {
  readonly failure: Failure;
  readonly answer: Answer | undefined;

  constructor(failure: Failure, answer?: Answer) {
    this.failure = failure;
    this.answer = answer;
  }
}

/** Scorers by name, for example `{ reward: Scorer<RewardScore>, teacher: Scorer<TeacherScore> }`. */
export type Scorers<Answers> = {
  readonly [Name in keyof Answers]: Scorer<Answers[Name] | FailedAnswer<NonNullable<Answers[Name]>>>;
};

/** A rollout with the answers of its scorers, by the scorer's name. */
export interface ScoredRollout<Answers> {
  readonly rollout: Rollout;
  /** The answer of each scorer; none of one that dropped the rollout. */
  readonly answers: Partial<Answers>;
  /** Failures on the way, also where an answer came in the end; absent when there were none. */
  readonly failures?: Readonly<Record<string, Failure>>;
  /** True when nothing may be learned from it, because a scorer gave it, or another of its group, no answer. */
  readonly dropped: boolean;
}

/** `TypeError` or `RangeError` unless these are as many answers as rollouts. */
export const checkAnswerCount = (rollouts: readonly Rollout[], answers: unknown): void => {
  if (!Array.isArray(answers)) throw new TypeError(`expected a list of answers, got ${typeof answers}`);
  if (answers.length !== rollouts.length)
    throw new RangeError(`expected ${rollouts.length} answers, got ${answers.length}`);
};
