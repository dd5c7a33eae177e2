/** What a GGUF file says about its tokenizer, checked: tokens with their kinds, special ids, and switches. */
import { Type, type Static, type TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { quoted } from "../huggingface/part.ts";

/** The metadata of a GGUF file by key, as its header has them. */
export type GgufMetadata = Readonly<Record<string, unknown>>;

/** Kinds of tokens in `tokenizer.ggml.token_type`. */
export const tokenKinds = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/** As many pieces as Unicode has code points, and some special tokens. */
const mostTokens = 0x110000 + 1024;

/** Merges of a large vocabulary. */
export const mostMerges = 1 << 21;

/**
 * A value of the metadata that fits the schema; `undefined` where the key is missing. `TypeError` with the key
 * otherwise.
 */
export const valueOf = <S extends TSchema>(metadata: GgufMetadata, key: string, schema: S): Static<S> | undefined => {
  const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
  if (value === undefined || Value.Check(schema, value)) return value;
  const problem = Value.Errors(schema, value).First();
  throw new TypeError(
    `GGUF: ${problem?.message.replace(/^./u, (first) => first.toLowerCase())} at ` +
      `${key}${problem?.path ?? ""}, got ${quoted(problem?.value)}`,
  );
};

/** The same for a key that must be there. */
export const needed = <S extends TSchema>(metadata: GgufMetadata, key: string, schema: S): Static<S> => {
  const value = valueOf(metadata, key, schema);
  if (value === undefined)
    throw new TypeError(`GGUF: expected ${key} in the metadata, got none; the file has no tokenizer that can be read`);
  return value;
};

const Tokens = Type.Array(Type.String({ minLength: 1, maxLength: 1024 }), { minItems: 1, maxItems: mostTokens });
const Kinds = Type.Array(Type.Integer({ minimum: 0, maximum: 6 }), { maxItems: mostTokens });

/** Pairs of pieces, with one space between. */
export const Merges = Type.Array(Type.String({ maxLength: 2050 }), { maxItems: mostMerges });
/** Of tokens, by id. */
export const Scores = Type.Array(Type.Number(), { maxItems: mostTokens });

/** A token, in the order of ids. */
export interface GgufToken {
  readonly text: string;
  /** One of `tokenKinds`, or 0. */
  readonly kind: number;
}

/** The tokens by id. `RangeError` when the kinds are fewer or more, or a text is there twice. */
export const readTokens = (metadata: GgufMetadata): readonly GgufToken[] => {
  const texts = needed(metadata, "tokenizer.ggml.tokens", Tokens);
  const kinds = valueOf(metadata, "tokenizer.ggml.token_type", Kinds);
  if (kinds !== undefined && kinds.length !== texts.length) {
    throw new RangeError(`GGUF: expected a token_type for each of ${texts.length} tokens, got ${kinds.length}`);
  }
  const seen = new Set<string>();
  for (const text of texts) {
    if (seen.has(text))
      throw new RangeError(`GGUF: expected each token once in tokenizer.ggml.tokens, got ${quoted(text)} twice`);
    seen.add(text);
  }
  return texts.map((text, id) => ({ text, kind: kinds?.[id] ?? tokenKinds.normal }));
};

const Id = Type.Union([Type.Integer({ minimum: 0 }), Type.BigInt({ minimum: 0n })]);

/**
 * The token that a key such as `eos_token_id` names; `undefined` where the key is missing. `RangeError` for an id
 * without a token.
 */
export const namedToken = (
  metadata: GgufMetadata,
  name: string,
  tokens: readonly GgufToken[],
): { readonly id: number; readonly text: string } | undefined => {
  const key = `tokenizer.ggml.${name}`;
  const given = valueOf(metadata, key, Id);
  if (given === undefined) return undefined;
  const id = Number(given);
  const token = tokens[id];
  if (token === undefined) throw new RangeError(`GGUF: expected ${key} from 0 to ${tokens.length - 1}, got ${id}`);
  return { id, text: token.text };
};

/** A switch such as `add_bos_token`. */
export const flag = (metadata: GgufMetadata, name: string): boolean | undefined =>
  valueOf(metadata, `tokenizer.ggml.${name}`, Type.Boolean());
