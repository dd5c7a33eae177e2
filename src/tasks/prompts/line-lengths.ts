/** How long the lines of a file of prompts may be, and what becomes of those that are longer or cannot be written. */
import { promptIds } from "../../tokenizers/prompt-ids.ts";
import type { Tokenizer } from "../../tokenizers/tokenizer.ts";
import type { PromptLine } from "./prompt-lines.ts";

/** Most tokens of a prompt, and of a completion with its end-of-sequence. */
export interface LineLengths {
  readonly prompt: number;
  readonly completion: number;
}

/** A line whose tokens were counted. */
export interface CountedLine extends PromptLine {
  readonly tokens: LineLengths;
}

/** What becomes of lines that cannot be used as they are. */
export const unfitKinds = ["refuse", "leave-out", "cut"] as const;

/** One of `unfitKinds`. */
export type Unfit = (typeof unfitKinds)[number];

/** A completion's tokens with its end. `RangeError` for words that have none: the student could not write them. */
const completionTokens = (completion: string | undefined, tokenizer: Tokenizer): number => {
  if (completion === undefined) return 0;
  const ids = tokenizer.encode(completion);
  const unknown = tokenizer.unknownId === undefined ? -1 : ids.indexOf(tokenizer.unknownId);
  if (unknown < 0) return ids.length + 1;
  const before = tokenizer.decode(ids.slice(0, unknown));
  throw new RangeError(
    `expected a completion in words of the vocabulary, got ` +
      JSON.stringify(completion.slice(before.length).slice(0, 60)),
  );
};

/** A line's tokens. `RangeError` of the tokenizer for text that it cannot write. */
const countTokens = (line: PromptLine, tokenizer: Tokenizer): CountedLine => {
  const { text, reference, rejected } = line;
  const prompt = promptIds(tokenizer, text).length;
  const completion = Math.max(completionTokens(reference, tokenizer), completionTokens(rejected, tokenizer));
  return { ...line, tokens: { prompt, completion } };
};

/** A beginning of the line's prompt that fits; it never ends in half a character. */
const cut = (line: CountedLine, tokenizer: Tokenizer, most: number): CountedLine => {
  let [length, tokens] = [line.text.length, line.tokens.prompt];
  let text = line.text;
  while (tokens > most && length > 0) {
    length = Math.min(length - 1, Math.floor((length * most) / tokens));
    text = line.text.slice(0, length).replace(/[\uD800-\uDBFF]$/u, "");
    tokens = promptIds(tokenizer, text).length;
  }
  return { ...line, text, tokens: { ...line.tokens, prompt: tokens } };
};

/** The line in tokens. Nothing where the tokenizer cannot write it; with `refuse` a `RangeError` with its location. */
const counted = (
  line: PromptLine,
  tokenizer: Tokenizer,
  limits: LineLengths,
  unfit: Unfit,
): CountedLine | undefined => {
  try {
    const whole = countTokens(line, tokenizer);
    return unfit === "cut" && whole.tokens.prompt > limits.prompt ? cut(whole, tokenizer, limits.prompt) : whole;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    if (unfit !== "refuse") return undefined;
    error.message =
      `${line.location}: ${error.message}; leave the line out, set "unfit", or take a tokenizer that writes every ` +
      'text, as { "bpe": 512 } does for a new student';
    throw error;
  }
};

/**
 * The line if it is short enough and can be written. If not, `refuse` is a `RangeError` with its location, `leave-out`
 * gives nothing, and `cut` takes the end of a prompt away; nothing too when the completion is what is too long: a
 * reference is never cut.
 */
export const fit = (
  line: PromptLine,
  tokenizer: Tokenizer,
  limits: LineLengths,
  unfit: Unfit,
): CountedLine | undefined => {
  const found = counted(line, tokenizer, limits, unfit);
  if (found === undefined) return undefined;
  for (const key of ["prompt", "completion"] as const) {
    if (found.tokens[key] <= limits[key]) continue;
    if (unfit !== "refuse") return undefined;
    throw new RangeError(
      `${line.location}: expected a ${key} of at most ${limits[key]} tokens, got ${found.tokens[key]}; raise ` +
        `"${key}Tokens", leave the line out, or set "unfit"`,
    );
  }
  return found;
};

/** Most tokens of any of them. */
export const longestLines = (lines: readonly CountedLine[]): LineLengths =>
  lines.reduce<LineLengths>(
    (most, { tokens }) => ({
      prompt: Math.max(most.prompt, tokens.prompt),
      completion: Math.max(most.completion, tokens.completion),
    }),
    { prompt: 0, completion: 0 },
  );
