/** Text to token ids and back. Ids are kept wherever they came from; decoded text is never encoded again. */

/** A map between text and ids in `[0, vocabularySize)`. */
export interface Tokenizer {
  readonly vocabularySize: number;
  /** Fills unused positions of a batch. */
  readonly padId: number;
  /** Ends a completion. May equal `padId`; masks go by position, never by id. */
  readonly endId: number;
  /**
   * Every token that ends a completion: `endId` first, then others that its model was trained to end with, for example
   * the end of a turn.
   */
  readonly stopIds: readonly number[];
  /** The token for words that have no id of their own; it has no text. Absent where there is none. */
  readonly unknownId?: number;
  /** Ids of the text, without special tokens. `RangeError` names the first character or word that has no id. */
  encode(text: string): number[];
  /** Text of the ids; padding, end-of-sequence and other special tokens are left out. */
  decode(ids: ArrayLike<number>): string;
  /**
   * Plain data that `tokenizerFromJSON` reads: a `tokenizer.json` document, or several documents by the names of their
   * files where one does not say all.
   */
  toJSON(): unknown;
}
