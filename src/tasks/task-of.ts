/** A task from its prompts: what most tasks of one's own need to say, and what follows from that. */
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { longestOf } from "./distinct.ts";
import type { Prompt, Task } from "./task.ts";

/** A prompt, before it has its place in a split. */
export type Line = Omit<Prompt, "index" | "reference"> & Partial<Pick<Prompt, "reference">>;

/** What a task says. */
export interface TaskParts extends Pick<Task, "name"> {
  readonly tokenizer: Tokenizer;
  readonly train: readonly Line[];
  readonly test: readonly Line[];
  /** Most tokens of a completion, for a task without references. */
  readonly completionTokens?: number;
  /** A completion is right when it is the reference, when left out. */
  readonly check?: Task["check"];
}

const prompts = (lines: readonly Line[]): readonly Prompt[] =>
  lines.map((line, index) => ({ reference: "", ...line, index }));

/** `RangeError` for an empty split, and for a prompt that is in both: it would be tested on what was trained on. */
const checkSplits = (name: string, train: readonly Line[], test: readonly Line[]): void => {
  if (train.length === 0 || test.length === 0)
    throw new RangeError(`${name}: expected prompts to train and to test on, got ${train.length} and ${test.length}`);
  const known = new Set(train.map(({ text }) => text));
  const shared = test.find(({ text }) => known.has(text));
  if (shared !== undefined)
    throw new RangeError(`${name}: expected no prompt in both splits, got ${JSON.stringify(shared.text)}`);
};

/**
 * The task of these prompts: it counts their tokens, and has references when all of them do. `RangeError` for an empty
 * split, a prompt in both splits, references of some prompts alone, a task without references that does not say
 * `completionTokens`, and for what the tokenizer cannot encode.
 */
export const taskOf = ({ name, tokenizer, train, test, completionTokens, check }: TaskParts): Task => {
  checkSplits(name, train, test);
  const all = [...train, ...test];
  const references = all.filter(({ reference }) => reference !== undefined).length;
  const answered = references === all.length;
  if (!answered && references > 0)
    throw new RangeError(`${name}: expected references of all prompts or of none, got ${references} of ${all.length}`);
  if (!answered && completionTokens === undefined)
    throw new RangeError(`${name}: expected "completionTokens" in a task without references, got none`);
  return {
    name,
    tokenizer,
    train: prompts(train),
    test: prompts(test),
    longest: {
      prompt: longestOf(all.map(({ text }) => tokenizer.encode(text).length)),
      completion: answered
        ? longestOf(all.map(({ reference = "" }) => tokenizer.encode(reference).length + 1))
        : completionTokens!,
    },
    answered,
    check:
      check ?? (({ reference }, completion) => ({ correct: answered && completion === reference, wellFormed: true })),
  };
};
