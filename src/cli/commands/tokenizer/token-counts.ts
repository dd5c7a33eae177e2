/** What a tokenizer makes of texts, in numbers. */
import type { Tokenizer } from "../../../tokenizers/tokenizer.ts";

/** Sums over texts. */
export interface TokenCounts {
  readonly texts: number;
  /** Unicode code points of those that have ids. */
  readonly characters: number;
  /** Their bytes in UTF-8. */
  readonly bytes: number;
  readonly tokens: number;
  /** Tokens that stand for what has no id of its own. */
  readonly unknown: number;
  /** Texts that the tokenizer refuses. */
  readonly refused: number;
  /** Why it refuses the first of them. */
  readonly reason?: string;
}

/** Counts texts. Those that are refused count as such and in nothing else. */
export const countTexts = (
  tokenizer: Tokenizer,
  texts: Iterable<string>,
  unknownId = tokenizer.unknownId,
): TokenCounts => {
  let [count, characters, bytes, tokens, unknown, refused] = [0, 0, 0, 0, 0, 0];
  let reason: string | undefined;
  for (const text of texts) {
    count += 1;
    try {
      const ids = tokenizer.encode(text);
      tokens += ids.length;
      unknown += ids.filter((id) => id === unknownId).length;
      characters += Array.from(text).length;
      bytes += Buffer.byteLength(text);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      refused += 1;
      reason ??= error.message;
    }
  }
  return { texts: count, characters, bytes, tokens, unknown, refused, ...(reason === undefined ? {} : { reason }) };
};

/** How long tokens are, in words. */
export const rateText = ({ characters, bytes, tokens }: TokenCounts): string =>
  tokens === 0
    ? "no tokens"
    : `${(characters / tokens).toFixed(2)} characters and ${(bytes / tokens).toFixed(2)} bytes a token`;
