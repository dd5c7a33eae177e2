/** A `tokenizer.json` document of a stranger: checked part by part, and spelled for the library. */
import { Type } from "@sinclair/typebox";
import { readDecoder, type Decode } from "./decoders.ts";
import { readModel, type Model } from "./models.ts";
import { spellNormalizer } from "./normalizers.ts";
import { checked, quoted } from "./part.ts";
import { readAddedSpecialIds, type AddedSpecialIds } from "./post-processors.ts";
import { spellPreTokenizer } from "./pre-tokenizers.ts";
import { closedObject } from "../../plugins/closed-object.ts";

const AddedToken = closedObject({
  id: Type.Integer({ minimum: 0, maximum: 0x110000 + 1023 }),
  content: Type.String({ minLength: 1, maxLength: 512 }),
  // The library looks for the text anywhere.
  single_word: Type.Literal(false),
  lstrip: Type.Boolean(),
  rstrip: Type.Boolean(),
  normalized: Type.Boolean(),
  special: Type.Boolean(),
});

const mostAdded = 1 << 14;

const Document = closedObject({
  version: Type.Optional(Type.Literal("1.0")),
  // How batches are cut and filled is the trainer's business.
  truncation: Type.Optional(Type.Unknown()),
  padding: Type.Optional(Type.Unknown()),
  added_tokens: Type.Array(AddedToken, { maxItems: mostAdded }),
  normalizer: Type.Optional(Type.Unknown()),
  pre_tokenizer: Type.Optional(Type.Unknown()),
  post_processor: Type.Optional(Type.Unknown()),
  decoder: Type.Optional(Type.Unknown()),
  model: Type.Unknown(),
});

/** What is known of a document. */
export interface ReadDocument {
  readonly model: Model;
  /** One more than the largest id, those of added tokens included. */
  readonly size: number;
  /** The id of a piece or an added token. */
  readonly idOf: (content: string) => number | undefined;
  /** Ids that have no text. */
  readonly special: ReadonlySet<number>;
  /** The piece or added token of an id; "" for an id that has none. */
  readonly tokenOf: (id: number) => string;
  readonly addedSpecialIds: AddedSpecialIds;
  readonly decode: Decode;
  /** The document for the library. */
  readonly spelled: object;
}

interface Added {
  readonly id: number;
  readonly content: string;
}

/** The ids of added tokens by content. `RangeError` where one has the id or the content of another piece. */
const addedIds = (added: readonly Added[], model: Model): ReadonlyMap<string, number> => {
  const ids = new Map<string, number>();
  const contents = new Map<number, string>();
  const own = new Set(model.ids.values());
  for (const { id, content } of added) {
    const modelId = model.ids.get(content);
    const clash = modelId === undefined ? own.has(id) : modelId !== id;
    if (clash || ids.has(content) || contents.has(id)) {
      throw new RangeError(
        "tokenizer.json: expected added tokens with an id and a text of their own, or with those of a piece, " +
          `got ${id} for ${quoted(content)}`,
      );
    }
    ids.set(content, id);
    contents.set(id, content);
  }
  return ids;
};

/**
 * Reads a document. `TypeError` for a type or an option that is not supported, `RangeError` for sizes, ids, pieces or
 * patterns that cannot be used; both name the location as a JSON pointer. Truncation and padding are not applied.
 */
export const readDocument = (value: unknown): ReadDocument => {
  const document = checked(Document, value, "");
  const model = readModel(document.model);
  const added = addedIds(document.added_tokens, model);
  const tokens = new Map<number, string>();
  let size = 0;
  for (const [content, id] of [...model.ids, ...added]) {
    tokens.set(id, content);
    size = Math.max(size, id + 1);
  }
  const spelled = {
    normalizer: spellNormalizer(document.normalizer),
    pre_tokenizer: spellPreTokenizer(document.pre_tokenizer),
    // Pieces are joined by the reader.
    decoder: null,
    added_tokens: document.added_tokens,
    // Special tokens around a text are added by the reader, as ids.
    post_processor: null,
    model: model.spelled,
  };
  return {
    model,
    size,
    idOf: (content) => added.get(content) ?? model.ids.get(content),
    special: new Set(document.added_tokens.flatMap(({ id, special }) => (special ? id : []))),
    tokenOf: (id) => tokens.get(id) ?? "",
    decode: readDecoder(document.decoder),
    addedSpecialIds: readAddedSpecialIds(document.post_processor, size),
    spelled,
  };
};
