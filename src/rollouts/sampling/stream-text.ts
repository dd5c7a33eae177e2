/** Streamed tokens as text. */
import { GrowingText, type Decode } from "./stop-strings.ts";
import type { StreamedTokens } from "./streamer.ts";

/** The newest tokens of a completion with the text that later tokens cannot change. */
export interface StreamedText extends Omit<StreamedTokens, "finish"> {
  /**
   * May be empty: characters that are not whole, and what may begin a stop string, come later. The texts of all chunks
   * together are the completion's.
   */
  readonly text: string;
  /** There with the last chunk: a token that ends the completion, a stop string, or the limit. */
  readonly finish?: "stop" | "stop-string" | "length";
}

/**
 * Text as it comes, until a token, a stop string or the limit ends it. A stop string ends the stream of tokens too; the
 * token that completes it is the last one, and the text is without it. `RangeError` for an empty stop string.
 */
export async function* streamText(
  chunks: AsyncIterable<StreamedTokens>,
  decode: Decode,
  stops: readonly string[] = [],
): AsyncGenerator<StreamedText, void> {
  const growing = new GrowingText(decode, stops);
  for await (const { tokens, logProbs, rawLogProbs, finish } of chunks) {
    const { text, stopped } = growing.add(tokens);
    if (stopped !== undefined) {
      const [kept, used, raw] = [tokens.slice(0, stopped), logProbs.slice(0, stopped), rawLogProbs.slice(0, stopped)];
      yield { tokens: kept, logProbs: used, rawLogProbs: raw, text, finish: "stop-string" };
      return;
    }
    const known = { tokens, logProbs, rawLogProbs };
    yield finish === undefined ? { ...known, text } : { ...known, text: text + growing.end(), finish };
  }
}
