/**
 * A baseline: what reward was to be expected, subtracted from the reward to lower the variance of REINFORCE. Host data.
 */
import { pluginOf } from "../../plugins/plugin.ts";

/**
 * Estimates baselines from a step's rewards; state is passed in and out as plain data, so that a checkpoint can hold
 * it.
 */
export interface Baseline<State> {
  readonly name: string;
  readonly initial: State;
  /**
   * `rewards` [prompts * group], the completions of one prompt side by side -> baselines of the same length, and the
   * next state.
   */
  estimate(
    rewards: Float32Array,
    group: number,
    state: State,
  ): { readonly baselines: Float32Array; readonly state: State };
}

/** Fixes the types of a baseline in a module of one's own; its state is plain data. */
export const defineBaseline = pluginOf<void, Baseline<unknown>>("baseline");
