/** What a measure is: one number of what a student says to many prompts. */
import { pluginOf } from "../../plugins/plugin.ts";
import type { Prompt } from "../../tasks/task.ts";

/** One completion. */
export interface EvaluatedCompletion {
  readonly text: string;
  /** [L] ids, the end-of-sequence included when there is one. */
  readonly tokens: ArrayLike<number>;
  /** It ended, and the task's checker says that it is right. */
  readonly correct: boolean;
  /** All that it says follows from the prompt; absent in a task that cannot tell. */
  readonly entailed?: boolean;
}

/** A prompt with its completions, in the order in which they were drawn. */
export interface EvaluatedGroup {
  readonly prompt: Prompt;
  readonly completions: readonly EvaluatedCompletion[];
}

/** A number of all of them. */
export interface Measure {
  /** The metric's name. */
  readonly name: string;
  /** Fewest completions of each prompt that it can be made of. */
  readonly samples: number;
  /** True when it compares with references. */
  readonly references: boolean;
  /** True when it asks whether completions are entailed. */
  readonly entailment?: true;
  /** Of at least one prompt, each with at least `samples` completions. */
  of(evaluated: readonly EvaluatedGroup[]): number;
}

/** Fixes the types of a measure in a module of one's own. */
export const defineMeasure = pluginOf<void, Measure>("measure");
