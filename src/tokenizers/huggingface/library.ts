/**
 * The one file that imports @huggingface/tokenizers: its declarations do not resolve under Node's rules, so what is
 * used of it is typed and checked here.
 */
import * as library from "@huggingface/tokenizers";

/** Ids and pieces of a text. An id is missing where a piece is not in the vocabulary and there is no unknown token. */
export interface LibraryEncoding {
  readonly ids: readonly (number | null | undefined)[];
  readonly tokens: readonly string[];
}

/** A part for the library that normalizes by a function of ours. */
export interface PrecompiledNormalizer {
  readonly type: "Precompiled";
  readonly normalize: (text: string) => string;
}

/** What is used of the library's `Tokenizer`. */
export interface LibraryTokenizer {
  encode(text: string, options: { readonly add_special_tokens: boolean }): LibraryEncoding;
}

const isTokenizer = (value: unknown): value is LibraryTokenizer =>
  (typeof value === "object" || typeof value === "function") &&
  value !== null &&
  "encode" in value &&
  typeof value.encode === "function";

const memberOf = (value: unknown, name: string): unknown =>
  (typeof value === "object" || typeof value === "function") && value !== null && name in value
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;

/** Lets each `Precompiled` normalizer do what its part says: the library has one way for all maps. */
const setNormalizers = (normalizer: unknown): void => {
  const members = memberOf(normalizer, "normalizers");
  if (Array.isArray(members)) for (const member of members) setNormalizers(member);
  const config = memberOf(normalizer, "config");
  if (memberOf(config, "type") !== "Precompiled") return;
  if (typeof normalizer !== "function" || typeof memberOf(normalizer, "normalize") !== "function") {
    throw new TypeError(
      "@huggingface/tokenizers: expected normalize of a normalizer; install the version in package.json",
    );
  }
  Object.defineProperty(normalizer, "normalize", { value: memberOf(config, "normalize") });
};

/**
 * The library's tokenizer of a document in which it knows every part. `config` never comes from a
 * `tokenizer_config.json`: options that the library would read there change texts. `TypeError` where the library is not
 * what is declared here.
 */
export const openLibrary = (document: object, config: object): LibraryTokenizer => {
  const constructor: unknown = library.Tokenizer;
  if (typeof constructor !== "function") {
    throw new TypeError(
      `@huggingface/tokenizers: expected a class Tokenizer, got ${typeof constructor}; install the version ` +
        "in package.json",
    );
  }
  const made: unknown = Reflect.construct(constructor, [document, config]);
  if (!isTokenizer(made)) {
    throw new TypeError("@huggingface/tokenizers: expected encode of a Tokenizer; install the version in package.json");
  }
  setNormalizers(memberOf(made, "normalizer"));
  return made;
};
