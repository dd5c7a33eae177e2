/** A task: where prompts come from, what a good answer looks like, and how an answer is checked. */
import type { Tokenizer } from "../tokenizers/tokenizer.ts";

/** What the policy must continue, with a reference answer. Plain data. */
export interface Prompt {
  /** Index in its split. */
  readonly index: number;
  readonly text: string;
  /** A correct completion, without the end-of-sequence token. */
  readonly reference: string;
}

/** What a task's checker says of a completion. */
export interface Verdict {
  /** The final answer is right. */
  readonly correct: boolean;
  /** The completion has the form that the task asks for, right or wrong. */
  readonly wellFormed: boolean;
}

/** A source of prompts and the checker of their answers. Made from a seed; the same seed gives the same task. */
export interface Task {
  readonly name: string;
  readonly tokenizer: Tokenizer;
  readonly train: readonly Prompt[];
  /** Shares no prompt text with `train`. */
  readonly test: readonly Prompt[];
  /** Most tokens of any prompt, and of any reference with its end-of-sequence token. */
  readonly longest: { readonly prompt: number; readonly completion: number };
  /** Judges a completion's text. Total: any text gets a verdict. */
  check(prompt: Prompt, completion: string): Verdict;
}

/** What a task may need to be made. */
export interface TaskContext {
  /** Seed of the run, from which the prompts are drawn. */
  readonly seed: number;
}
