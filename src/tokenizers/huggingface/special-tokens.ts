/** Which tokens begin, end and pad: from the documents beside a `tokenizer.json`. */
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { quoted } from "./part.ts";

/**
 * The files of a checkpoint that say something about its tokenizer, parsed, by their names. Those that are not there
 * are left out.
 */
export interface TokenizerDocuments {
  readonly "tokenizer.json": unknown;
  readonly "tokenizer_config.json"?: unknown;
  readonly "special_tokens_map.json"?: unknown;
  readonly "generation_config.json"?: unknown;
  readonly "config.json"?: unknown;
  /** Text, not JSON. */
  readonly "chat_template.jinja"?: unknown;
}

/** Ids with a meaning. */
export interface SpecialIds {
  readonly endId: number;
  /** The end token where no other is named. */
  readonly padId: number;
  readonly beginId: number | undefined;
  /** What ends a completion: `endId` first, then what the generation settings add, for example the end of a turn. */
  readonly stopIds: readonly number[];
}

const Token = Type.Union([Type.String(), Type.Object({ content: Type.String() })]);
const Id = Type.Integer({ minimum: 0 });
const Ids = Type.Union([Id, Type.Array(Id, { minItems: 1, maxItems: 64 })]);

const member = (document: unknown, key: string): unknown =>
  typeof document === "object" && document !== null && Object.hasOwn(document, key)
    ? (document as Readonly<Record<string, unknown>>)[key]
    : undefined;

const byText = ["tokenizer_config.json", "special_tokens_map.json"] as const;
const byId = ["generation_config.json", "config.json"] as const;

/** The id of a token that is named by its text, from the first document that names it. */
const namedId = (
  documents: TokenizerDocuments,
  key: string,
  idOf: (content: string) => number | undefined,
): number | undefined => {
  for (const file of byText) {
    const token = member(documents[file], key);
    if (token === undefined || token === null) continue;
    if (!Value.Check(Token, token))
      throw new TypeError(`${file}: expected a text or an object with content at /${key}, got ${quoted(token)}`);
    const content = typeof token === "string" ? token : token.content;
    const id = idOf(content);
    if (id === undefined)
      throw new RangeError(`${file}: expected a token of tokenizer.json at /${key}, got ${quoted(content)}`);
    return id;
  }
  return undefined;
};

/** The ids that are given as numbers, from the first document that gives any. */
const numbered = (documents: TokenizerDocuments, key: string, size: number): readonly number[] => {
  for (const file of byId) {
    const given = member(documents[file], key);
    if (given === undefined || given === null) continue;
    // Some configurations say -1 for none.
    if (given === -1) continue;
    if (!Value.Check(Ids, given))
      throw new TypeError(`${file}: expected an id or a list of ids at /${key}, got ${quoted(given)}`);
    const ids = typeof given === "number" ? [given] : given;
    const outside = ids.find((id) => id >= size);
    if (outside !== undefined) throw new RangeError(`${file}: expected ids below ${size} at /${key}, got ${outside}`);
    return ids;
  }
  return [];
};

/**
 * The special tokens of a vocabulary of `size` ids. Texts (`tokenizer_config.json`, then `special_tokens_map.json`)
 * come before numbers (`generation_config.json`, then `config.json`): only the latter list several ends, and all of
 * those stop a completion. `conventional` are the end and padding of a document that says it by its own form.
 * `RangeError` where nothing names an end, or where a name or an id is not in the vocabulary.
 */
export const specialIds = (
  documents: TokenizerDocuments,
  size: number,
  idOf: (content: string) => number | undefined,
  conventional: { readonly end: number; readonly pad: number } | undefined,
): SpecialIds => {
  const ends = numbered(documents, "eos_token_id", size);
  const endId = namedId(documents, "eos_token", idOf) ?? ends[0] ?? conventional?.end;
  if (endId === undefined) {
    throw new RangeError(
      "tokenizer.json: expected eos_token in tokenizer_config.json or special_tokens_map.json, or " +
        "eos_token_id in generation_config.json or config.json, got none; give one of these files too",
    );
  }
  const padId =
    namedId(documents, "pad_token", idOf) ?? numbered(documents, "pad_token_id", size)[0] ?? conventional?.pad ?? endId;
  const beginId = namedId(documents, "bos_token", idOf) ?? numbered(documents, "bos_token_id", size)[0];
  return { endId, padId, beginId, stopIds: [...new Set([endId, ...ends])] };
};
