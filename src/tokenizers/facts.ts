/** What a tokenizer is, in words and numbers: for people. */
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { ModelTokenizer } from "./huggingface/tokenizer.ts";
import { formOf } from "./tokenizer-json.ts";

/** An id, and how the vocabulary writes it. */
export interface NamedToken {
  readonly id: number;
  readonly token: string;
}

/** What is known of a tokenizer. */
export interface TokenizerFacts {
  /** `characters`, `words`, `pieces`, or the model's name in `tokenizer.json`, such as `BPE`. */
  readonly type: string;
  readonly vocabulary: number;
  readonly special: readonly NamedToken[];
  readonly end: NamedToken;
  readonly pad: NamedToken;
  /** The token for text without an id; absent where such text is refused. */
  readonly unknown?: NamedToken;
  readonly chatTemplate: boolean;
}

const ownTypes = { WordLevel: "characters", WordPiece: "pieces", Words: "words" } as const;

const Document = Type.Object({
  added_tokens: Type.Array(Type.Object({ id: Type.Integer(), content: Type.String(), special: Type.Boolean() })),
  model: Type.Object({
    type: Type.Optional(Type.String()),
    unk_token: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    unk_id: Type.Optional(Type.Union([Type.Integer({ minimum: 0 }), Type.Null()])),
  }),
});

const mainDocument = (tokenizer: ModelTokenizer): unknown => {
  const written = tokenizer.toJSON();
  return typeof written === "object" && written !== null && "tokenizer.json" in written
    ? written["tokenizer.json"]
    : written;
};

/** The id that the vocabulary has for a piece; it is looked for once, by a person's command. */
const idOf = (tokenizer: ModelTokenizer, piece: string): number | undefined => {
  for (let id = 0; id < tokenizer.vocabularySize; id += 1) if (tokenizer.tokenOf(id) === piece) return id;
  return undefined;
};

const unknownId = (tokenizer: ModelTokenizer, form: string | undefined, document: unknown): number | undefined => {
  if (form !== undefined) return tokenizer.unknownId;
  if (!Value.Check(Document, document)) return undefined;
  const { unk_id: id, unk_token: token } = document.model;
  if (typeof id === "number") return id;
  return typeof token === "string" ? idOf(tokenizer, token) : undefined;
};

/** What a tokenizer is. */
export const tokenizerFacts = (tokenizer: ModelTokenizer): TokenizerFacts => {
  const document = mainDocument(tokenizer);
  const form = formOf(document);
  const read = Value.Check(Document, document) ? document : undefined;
  const named = (id: number): NamedToken => ({ id, token: tokenizer.tokenOf(id) });
  const unknown = unknownId(tokenizer, form, document);
  return {
    type: form === undefined ? (read?.model.type ?? "unknown") : ownTypes[form],
    vocabulary: tokenizer.vocabularySize,
    special: (read?.added_tokens ?? [])
      .filter(({ special }) => special)
      .map(({ id, content }) => ({ id, token: content })),
    end: named(tokenizer.endId),
    pad: named(tokenizer.padId),
    ...(unknown === undefined ? {} : { unknown: named(unknown) }),
    chatTemplate: tokenizer.chatTemplate !== undefined,
  };
};
