/** Stop strings: texts that end a completion, searched for in what its tokens decode to. */

/**
 * Text of token ids; for the first of some ids it is the beginning of the whole text, but for characters that are not
 * whole yet.
 */
export type Decode = (tokens: ArrayLike<number>) => string;

/** What a decoder writes where the bytes of a character are not all there. */
const replacement = "\uFFFD";

/** `RangeError` for a stop string that every text has. */
const checkStops = (stops: readonly string[]): void => {
  if (stops.includes(""))
    throw new RangeError("stop strings: expected texts of at least one character, got an empty one");
};

/** Where the first stop string in `text` begins; -1 where there is none. */
const firstStop = (text: string, stops: readonly string[]): number => {
  const starts = stops.map((stop) => text.indexOf(stop)).filter((start) => start !== -1);
  return starts.length === 0 ? -1 : Math.min(...starts);
};

/** A completion that a stop string has ended. */
export interface Stopped {
  /** Tokens of it, the one that completes the stop string included. */
  readonly length: number;
  /** Its text, without the stop string and what the last token says after it. */
  readonly text: string;
}

/**
 * Where `tokens` end by a stop string; undefined where none is in their text. The first `from` tokens are known to have
 * none. Tokens are never made from text again: the last one may say more than the stop string, and stays whole.
 */
export const stopIn = (
  tokens: ArrayLike<number>,
  decode: Decode,
  stops: readonly string[],
  from = 0,
): Stopped | undefined => {
  if (stops.length === 0 || firstStop(decode(tokens), stops) === -1) return undefined;
  for (let length = from + 1; length <= tokens.length; length += 1) {
    const text = decode(Array.from({ length }, (_, t) => tokens[t]!));
    const start = firstStop(text, stops);
    if (start !== -1) return { length, text: text.slice(0, start) };
  }
  return undefined;
};

/** Characters at the end of `text` with which a stop string may begin. */
const heldBack = (text: string, stops: readonly string[]): number => {
  const longest = Math.max(0, ...stops.map((stop) => stop.length - 1));
  for (let length = Math.min(longest, text.length); length > 0; length -= 1) {
    if (stops.some((stop) => stop.length > length && text.endsWith(stop.slice(0, length)))) return length;
  }
  return 0;
};

/** The text of a completion while its tokens come: what can be shown, and whether a stop string has ended it. */
export class GrowingText {
  readonly #decode: Decode;
  readonly #stops: readonly string[];
  readonly #tokens: number[] = [];
  /** Characters that were given out. */
  #shown = 0;

  /** `RangeError` for an empty stop string. */
  constructor(decode: Decode, stops: readonly string[] = []) {
    checkStops(stops);
    this.#decode = decode;
    this.#stops = stops;
  }

  /**
   * Takes the next tokens. Gives the text that later tokens cannot change: without characters whose bytes are not all
   * there, and without an end that may be the beginning of a stop string. `stopped` is there when a stop string has
   * ended the completion: how many of these tokens belong to it.
   */
  add(tokens: ArrayLike<number>): { readonly text: string; readonly stopped?: number } {
    const before = this.#tokens.length;
    this.#tokens.push(...Array.from(tokens));
    const end = stopIn(this.#tokens, this.#decode, this.#stops, before);
    if (end !== undefined) return { text: this.#show(end.text), stopped: end.length - before };
    let whole = this.#decode(this.#tokens);
    while (whole.endsWith(replacement)) whole = whole.slice(0, -1);
    return { text: this.#show(whole.slice(0, whole.length - heldBack(whole, this.#stops))) };
  }

  /** The rest of the text, when no token follows. */
  end(): string {
    return this.#show(this.#decode(this.#tokens));
  }

  #show(text: string): string {
    const news = text.slice(this.#shown);
    this.#shown += news.length;
    return news;
  }
}
