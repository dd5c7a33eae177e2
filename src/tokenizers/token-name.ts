/** What one token is called where it stands alone, so that people can tell it from others. */
import type { ModelTokenizer } from "./huggingface/tokenizer.ts";
import { replacement } from "./token-texts.ts";
import { specialTokens, unknownToken } from "./tokenizer-json.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** A tokenizer, and how its vocabulary writes an id where it knows that. */
type NamingTokenizer = Tokenizer & Partial<Pick<ModelTokenizer, "tokenOf">>;

/** The text of a token inside of a text: beside itself, since decoders may take a space off the first of all. */
const innerText = (tokenizer: Tokenizer, id: number): string => {
  const first = tokenizer.decode([id]);
  const both = tokenizer.decode([id, id]);
  return both.startsWith(first) ? both.slice(first.length) : first;
};

/** The name of a token that has no text; "" where it has none either. */
const vocabularyName = (tokenizer: NamingTokenizer, id: number): string => {
  if (tokenizer.tokenOf !== undefined) return tokenizer.tokenOf(id);
  const [pad, end] = specialTokens;
  const { padId, endId, unknownId } = tokenizer;
  return (
    new Map([
      [unknownId, unknownToken],
      [padId, pad],
      [endId, end],
    ]).get(id) ?? ""
  );
};

/**
 * The text of a token as it is in the middle of a text, with its spaces. One that is part of a character, or has no
 * text as special tokens do, is called as the vocabulary writes it (`<0xF0>`, `<eos>`), and one without a name, such as
 * an id above the tokenizer's, by its id (`<50300>`). Never empty.
 */
export const tokenName = (tokenizer: NamingTokenizer, id: number): string => {
  const bare = `<${id}>`;
  if (id >= tokenizer.vocabularySize) return bare;
  const text = innerText(tokenizer, id);
  return text !== "" && !text.includes(replacement) ? text : vocabularyName(tokenizer, id) || bare;
};
