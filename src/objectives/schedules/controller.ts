/** A controller: one number that a run adapts from its own metrics, from step to step. Host data. */

/** Adapts a number; state is passed in and out as plain data, so that a checkpoint can hold it. */
export interface Controller<State> {
  readonly name: string;
  readonly initial: State;
  /** The number for the next step. */
  value(state: State): number;
  /**
   * The state after a step: `metrics` are those of the step by name, `progress` is 0 at the first step and 1 at the
   * last.
   */
  observe(state: State, metrics: Readonly<Record<string, number>>, progress: number): State;
}
