/** A task: where prompts come from, what a good answer looks like, and how an answer is checked. */
import { pluginOf } from "../plugins/plugin.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";

/** What the policy must continue, with a reference answer. Plain data. */
export interface Prompt {
  /** Index in its split. */
  readonly index: number;
  readonly text: string;
  /** A correct completion, without the end-of-sequence token; "" in a task without references. */
  readonly reference: string;
  /** A completion that is worse than the reference; absent when there is none. */
  readonly rejected?: string;
  /** Further texts that belong to it, by name: for teachers, which may read them. Absent when there are none. */
  readonly fields?: Readonly<Record<string, string>>;
  /**
   * Of a prompt that asks for code: programs that end without an error when they follow right code. Absent when there
   * are none.
   */
  readonly tests?: readonly string[];
}

/** What a task's checker says of a completion. */
export interface Verdict {
  /** The final answer is right. */
  readonly correct: boolean;
  /** The completion has the form that the task asks for, right or wrong. */
  readonly wellFormed: boolean;
  /** All that it says follows from the prompt, whether it is what was asked for or not. Only of tasks that can tell. */
  readonly entailed?: boolean;
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
  /** False when its prompts have no references; true when left out. */
  readonly answered?: boolean;
  /** True when its verdicts say whether completions are entailed. */
  readonly entails?: boolean;
  /** sha256 of the file that its prompts were read from, in hexadecimal, if they were. */
  readonly content?: string;
  /**
   * sha256 of each of those files, in hexadecimal: its own, then that of the held-out
   * prompts and that of the tokenizer where there are such.
   */
  readonly files?: readonly string[];
  /** Checks a completion's text. Total: any text gets a verdict. */
  check(prompt: Prompt, completion: string): Verdict;
}

/** What a task may need to be made. */
export interface TaskContext {
  /** Seed of the run, from which the prompts are drawn. */
  readonly seed: number;
  /** Where the files are that it names; the working folder when left out. */
  readonly folder?: string;
  /**
   * What `toJSON` of a tokenizer gave, for a task that has none of its own: the student's, or the one that the task
   * names. Of a task that trains one, what it has trained before.
   */
  readonly tokenizer?: unknown;
}

/** Fixes the types of a task in a module of one's own. */
export const defineTask = pluginOf<TaskContext, Task>("task");
