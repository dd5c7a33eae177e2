/**
 * Regular expressions whose time is linear in the text, whatever the pattern: RE2's, without back-references and
 * look-around.
 */
import { RE2JS } from "re2js";

/** Most characters of a pattern. */
const longest = 10_000;

/** Most instructions of a compiled one: each character of a text takes as many at the worst. */
const mostInstructions = 12_000;

/** How a pattern is read. */
export interface RegExpOptions {
  /** Letters of either case are the same. */
  readonly ignoreCase?: boolean;
  /** A point matches the end of a line too. */
  readonly dotAll?: boolean;
  /** ^ and $ match at the ends of lines too. */
  readonly multiline?: boolean;
  /** The pattern is written in JavaScript's syntax. */
  readonly fromJavaScript?: boolean;
}

/** A pattern, ready to be searched for. */
export interface LinearRegExp {
  /** Instructions that it is compiled to. */
  readonly size: number;
  /** Whether it matches somewhere in the text. */
  test(text: string): boolean;
  /** Whether it matches the whole text. */
  matches(text: string): boolean;
  /** What the first group of the last match holds, or the match itself where the pattern has no group. */
  last(text: string): string | undefined;
}

const lastOf = (compiled: RE2JS, text: string): string | undefined => {
  const matcher = compiled.matcher(text);
  const group = Math.min(compiled.groupCount(), 1);
  let last: string | undefined;
  while (matcher.find()) last = matcher.group(group) ?? undefined;
  return last;
};

/**
 * `RangeError` for a pattern of more than 10,000 characters, and one that RE2 does not read or compiles to more than
 * 12,000 instructions.
 */
export const linearRegExp = (pattern: string, options: RegExpOptions = {}): LinearRegExp => {
  if (pattern.length > longest)
    throw new RangeError(`expected a pattern of at most ${longest} characters, got ${pattern.length}`);
  const flags =
    (options.ignoreCase === true ? RE2JS.CASE_INSENSITIVE : 0) |
    (options.dotAll === true ? RE2JS.DOTALL : 0) |
    (options.multiline === true ? RE2JS.MULTILINE : 0);
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(options.fromJavaScript === true ? RE2JS.translateRegExp(pattern) : pattern, flags);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(`expected a pattern that RE2 reads, got ${JSON.stringify(pattern.slice(0, 80))}: ${reason}`, {
      cause,
    });
  }
  const size = compiled.programSize();
  if (size > mostInstructions) {
    throw new RangeError(
      `expected a pattern of at most ${mostInstructions} instructions, got ${size}; have it repeat fewer times, as ` +
        "{0,1000} writes what it repeats a thousand times",
    );
  }
  return {
    size,
    test: (text) => compiled.matcher(text).find(),
    matches: (text) => compiled.matcher(text).matches(),
    last: (text) => lastOf(compiled, text),
  };
};
