/** How long the lines of a file of prompts may be, and what becomes of those that are longer. */
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

/** What `encode` refuses is refused with the location. */
const counted = (location: string, count: () => number): number => {
  try {
    return count();
  } catch (error) {
    if (error instanceof RangeError) error.message = `${location}: ${error.message}`;
    throw error;
  }
};

/** A line's tokens. A `RangeError` of the tokenizer gets the line's location. */
const countTokens = (line: PromptLine, tokenizer: Tokenizer): CountedLine => {
  const { text, reference, rejected, location } = line;
  const ends = (completion: string | undefined): number =>
    completion === undefined ? 0 : tokenizer.encode(completion).length + 1;
  const prompt = counted(location, () => promptIds(tokenizer, text).length);
  const completion = counted(location, () => Math.max(ends(reference), ends(rejected)));
  return { ...line, tokens: { prompt, completion } };
};

/** A beginning of the line's prompt that fits; it never ends in half a character. */
const cut = (line: CountedLine, tokenizer: Tokenizer, most: number): CountedLine => {
  let [length, tokens] = [line.text.length, line.tokens.prompt];
  let text = line.text;
  while (tokens > most && length > 0) {
    length = Math.min(length - 1, Math.floor((length * most) / tokens));
    text = line.text.slice(0, length).replace(/[\uD800-\uDBFF]$/u, "");
    tokens = counted(line.location, () => promptIds(tokenizer, text).length);
  }
  return { ...line, text, tokens: { ...line.tokens, prompt: tokens } };
};

/**
 * The line if it is short enough. If not, `refuse` is a `RangeError` with its location, `leave-out` gives nothing, and
 * `cut` takes the end of a prompt away; nothing too when the completion is what is too long: a reference is never cut.
 */
export const fit = (
  line: PromptLine,
  tokenizer: Tokenizer,
  limits: LineLengths,
  unfit: Unfit,
): CountedLine | undefined => {
  const whole = countTokens(line, tokenizer);
  const found = unfit === "cut" && whole.tokens.prompt > limits.prompt ? cut(whole, tokenizer, limits.prompt) : whole;
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
