/** The one place that touches @huggingface/tokenizers: its declarations do not resolve under Node's rules, so what is used of it is typed and checked here. */
import * as library from "@huggingface/tokenizers";

/** Ids and pieces of a text. An id is missing where a piece is not in the vocabulary and there is no unknown token. */
export interface LibraryEncoding {
  readonly ids: readonly (number | null | undefined)[];
  readonly tokens: readonly string[];
}

/** What is used of the library's `Tokenizer`. */
export interface LibraryTokenizer {
  encode(text: string, options: { readonly add_special_tokens: boolean }): LibraryEncoding;
}

const isTokenizer = (value: unknown): value is LibraryTokenizer =>
  (typeof value === "object" || typeof value === "function") && value !== null && "encode" in value && typeof value.encode === "function";

/**
 * The library's tokenizer of a document in which it knows every part. `config` never comes from a `tokenizer_config.json`: options that the library
 * would read there change texts. `TypeError` where the library is not what is declared here.
 */
export const openLibrary = (document: object, config: object): LibraryTokenizer => {
  const constructor: unknown = library.Tokenizer;
  if (typeof constructor !== "function") {
    throw new TypeError(
      `@huggingface/tokenizers: expected a class Tokenizer, got ${typeof constructor}; install the version in package.json`,
    );
  }
  const made: unknown = Reflect.construct(constructor, [document, config]);
  if (!isTokenizer(made)) {
    throw new TypeError("@huggingface/tokenizers: expected encode of a Tokenizer; install the version in package.json");
  }
  return made;
};
