/** Advantages: how much better than expected each completion was, estimated from the rewards of a step. Host data. */

/**
 * Estimates advantages from a step's rewards; state is passed in and out as plain data, so that a checkpoint can hold
 * it.
 */
export interface AdvantageEstimator<State> {
  /** Says all that it does, so that estimators of one name are the same. */
  readonly name: string;
  readonly initial: State;
  /**
   * `rewards` [prompts * group], the completions of one prompt side by side -> advantages and the shaped rewards that
   * they come from, both of that length, and the next state. `RangeError` for rewards that are not whole groups, and
   * for groups too small for the baseline.
   */
  estimate(rewards: Float32Array, group: number, state: State): Estimate<State>;
}

/** What an estimator makes of a step's rewards. */
export interface Estimate<State> {
  readonly advantages: Float32Array;
  /** After scaling and clipping. */
  readonly rewards: Float32Array;
  /** Share of the rewards in [0, 1] that clipping changed; absent when nothing is clipped. */
  readonly cut?: number;
  readonly state: State;
}
