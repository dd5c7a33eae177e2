/** The text that each token of a sequence adds: what is streamed, and where tokens of two tokenizers begin. */
import type { Tokenizer } from "./tokenizer.ts";

/** How a decoder writes bytes that are no character yet. */
export const replacement = "\ufffd";

/**
 * The text that each of `ids` adds to the text of those before it; joined they are `decode(ids)`, as far as that does
 * not depend on what comes later. A token that is part of a character adds "", the last part the character; special
 * tokens add "". `RangeError` as `decode`.
 */
export const tokenTexts = (tokenizer: Tokenizer, ids: ArrayLike<number>): string[] => {
  const all = Array.from(ids);
  const texts = all.map(() => "");
  // Decoding continues from tokens whose text is known: a decoder may treat the first token otherwise, and bytes need
  // those before them.
  let [context, known] = [0, 0];
  let [shown, changed] = ["", 0];
  for (const at of all.keys()) {
    const before = tokenizer.decode(all.slice(context, known));
    const text = tokenizer.decode(all.slice(context, at + 1));
    if (text !== shown) changed = at;
    shown = text;
    if (text.endsWith(replacement) && at < all.length - 1) continue;
    texts[changed] += text.slice(before.length);
    if (text.length > before.length) context = known;
    known = at + 1;
    shown = tokenizer.decode(all.slice(context, known));
  }
  return texts;
};
