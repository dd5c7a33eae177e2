/** The ids of a text that begins a sequence. */
import type { ModelTokenizer } from "./huggingface/tokenizer.ts";
import type { Tokenizer } from "./tokenizer.ts";

/**
 * Ids of a prompt: of its text, with those before it that the tokenizer's model was trained with, such as
 * begin-of-sequence, unless the text itself begins with them, as one from a chat template may. Errors are those of
 * `encode`.
 */
export const promptIds = (
  tokenizer: Tokenizer & Partial<Pick<ModelTokenizer, "addedSpecialIds">>,
  text: string,
): number[] => {
  const ids = tokenizer.encode(text);
  const before = tokenizer.addedSpecialIds?.before ?? [];
  return before.every((id, i) => ids[i] === id) ? ids : [...before, ...ids];
};
