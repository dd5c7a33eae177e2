/** Completions as rollouts: drawn by the student or the teacher, taken from the data, or replayed. */
import type { PlacedPrompt, Rollout } from "../../rollouts/batches/rollout.ts";
import type { SearchRequest, Writer } from "../../rollouts/sampling/sampler.ts";
import type { GroupAssignment } from "../../rollouts/batches/group-assignment.ts";
import { stopIn } from "../../rollouts/sampling/stop-strings.ts";
import type { Span } from "../../rollouts/scoring/timeline.ts";
import type { Task } from "../../tasks/task.ts";
import { promptIds } from "../../tokenizers/prompt-ids.ts";
import type { Tokenizer } from "../../tokenizers/tokenizer.ts";
import type { RunThreads } from "../threads/run-threads.ts";

/** Ids beyond the vocabulary, with which some policies fill theirs up, have no text. */
const textOf = (tokenizer: Tokenizer, tokens: ArrayLike<number>): string =>
  tokenizer.decode(Array.from(tokens).filter((token) => token < tokenizer.vocabularySize));

/** Which policy completes prompts, and at which step. */
export interface Drawing {
  readonly seed: number;
  /** Of the student's draws; the teacher's do not depend on it. */
  readonly step: number | string;
  readonly writer: Writer;
  /** Of the student's weights. */
  readonly version: number;
  /** G: each G rows in a row have one prompt, which is read once. Default 1. */
  readonly group?: number;
  /** Texts that end a completion. Rows are drawn to their end token or limit all the same, and cut afterwards. */
  readonly stops?: readonly string[];
  /** Told of each call of a sampler. */
  readonly observe?: (span: Span) => void;
}

/**
 * How a completion ends: its tokens up to a stop string, the one that completes it included, or all; and its text,
 * without the stop string.
 */
const endingOf = (
  tokens: ArrayLike<number>,
  { tokenizer }: Pick<Task, "tokenizer">,
  stops: readonly string[] = [],
): Pick<Rollout, "text" | "finish"> & { readonly length: number } => {
  const stopped = stopIn(tokens, (ids) => textOf(tokenizer, ids), stops);
  if (stopped !== undefined) return { ...stopped, finish: "stop" };
  const { length } = tokens;
  return {
    length,
    text: textOf(tokenizer, tokens),
    finish: tokenizer.stopIds.includes(tokens[length - 1]!) ? "stop" : "length",
  };
};

/**
 * Draws completions for prompts and makes rollouts of them. The student's numbers come from the step and the
 * coordinates; the teacher's from the prompt alone, so that each pass over the data finds the same completions.
 */
export const drawRollouts = async (
  threads: Pick<RunThreads, "draw">,
  task: Task,
  placed: readonly PlacedPrompt[],
  { seed, step, writer, version, group = 1, stops, observe }: Drawing,
  signal: AbortSignal,
): Promise<Rollout[]> => {
  const prompts = placed.map(({ prompt }) => Int32Array.from(promptIds(task.tokenizer, prompt.text)));
  const byTeacher = writer.by === "teacher";
  const coordinates = placed.map(({ prompt, order }) =>
    byTeacher ? ([seed, "teacher", prompt.index, 0] as const) : ([seed, step, order.prompt, order.sample] as const),
  );
  const completions = await threads.draw({ prompts, coordinates, writer, group }, signal, observe);
  return completions.map(({ tokens, behaviorLogProbs, rawLogProbs }, index) => {
    const { length, text, finish } = endingOf(tokens, task, stops);
    return {
      ...placed[index]!,
      promptTokens: prompts[index]!,
      tokens: tokens.slice(0, length),
      behaviorLogProbs: behaviorLogProbs.slice(0, length),
      rawLogProbs: rawLogProbs.slice(0, length),
      finish,
      text,
      version,
      source: byTeacher ? "teacher" : "student",
    };
  });
};

/** Whose completions are searched, and how. */
export interface Searching extends Pick<Drawing, "version" | "stops" | "observe"> {
  readonly searching: SearchRequest["searching"];
}

/**
 * Has beam search complete prompts and makes rollouts of the best completions. Nothing is drawn, so log-probs are 0.
 */
export const searchRollouts = async (
  threads: Pick<RunThreads, "search">,
  task: Task,
  placed: readonly PlacedPrompt[],
  { searching, version, stops, observe }: Searching,
  signal: AbortSignal,
): Promise<Rollout[]> => {
  const prompts = placed.map(({ prompt }) => Int32Array.from(promptIds(task.tokenizer, prompt.text)));
  const found = await threads.search({ prompts, searching }, signal, observe);
  return found.map((tokens, index) => {
    const { length, ...ending } = endingOf(tokens, task, stops);
    const behaviorLogProbs = new Float32Array(length);
    const kept = { promptTokens: prompts[index]!, tokens: tokens.slice(0, length), behaviorLogProbs };
    return { ...placed[index]!, ...kept, ...ending, version, source: "student" };
  });
};

/** The rollout of a task's own answer, cut at `maxNewTokens` tokens. */
export const referenceRollout = (
  { tokenizer }: Task,
  { prompt, order }: PlacedPrompt,
  maxNewTokens: number,
  version: number,
): Rollout => {
  const whole = [...tokenizer.encode(prompt.reference), tokenizer.endId];
  const tokens = Int32Array.from(whole.slice(0, maxNewTokens));
  return {
    prompt,
    order,
    promptTokens: Int32Array.from(promptIds(tokenizer, prompt.text)),
    tokens,
    behaviorLogProbs: new Float32Array(tokens.length),
    finish: whole.length > maxNewTokens ? "length" : "stop",
    text: tokenizer.decode(tokens),
    version,
    source: "data",
  };
};

/** The completions of a replay buffer, drawn by older weights, as rollouts of the groups that replay them. */
export const replayedRollouts = (
  task: Task,
  assignments: readonly GroupAssignment[],
  stops: readonly string[] | undefined,
): Rollout[] =>
  assignments.flatMap((assignment, index): Rollout[] => {
    if (assignment.source !== "replay") return [];
    const { prompt, group } = assignment;
    const promptTokens = Int32Array.from(promptIds(task.tokenizer, prompt.text));
    return group.completions.map(({ tokens, logProbs }, sample) => {
      const { text, finish } = endingOf(tokens, task, stops);
      return {
        prompt,
        order: { prompt: index, sample },
        promptTokens,
        tokens: Int32Array.from(tokens),
        behaviorLogProbs: Float32Array.from(logProbs),
        finish,
        text,
        version: group.version,
        source: "student",
      };
    });
  });
