/**
 * Which ids a document puts before and after one text: begin-of-sequence of Llama, end-of-sequence of T5, `[CLS]` and
 * `[SEP]` of BERT.
 */
import { Type, type Static } from "@sinclair/typebox";
import { checked, quoted } from "./part.ts";
import { closedObject } from "../../plugins/closed-object.ts";

/** Special ids that are added before and after one text. */
export interface AddedSpecialIds {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const most = 64;

const SpecialToken = closedObject({ SpecialToken: closedObject({ id: Type.String(), type_id: Type.Integer() }) });
const Sequence = closedObject({ Sequence: closedObject({ id: Type.Literal("A"), type_id: Type.Integer() }) });

const Template = closedObject({
  type: Type.Literal("TemplateProcessing"),
  single: Type.Array(Type.Union([SpecialToken, Sequence]), { maxItems: most }),
  // Two texts at once are not encoded here.
  pair: Type.Unknown(),
  special_tokens: Type.Object({}),
});

const Ids = Type.Object({ ids: Type.Array(Type.Integer({ minimum: 0 }), { maxItems: most }) });

const Framed = Type.Tuple([Type.String(), Type.Integer({ minimum: 0 })]);
const Bert = Type.Object({ type: Type.String(), cls: Framed, sep: Framed });

const none: AddedSpecialIds = { before: [], after: [] };

const fromTemplate = ({ single, special_tokens: tokens }: Static<typeof Template>, at: string): AddedSpecialIds => {
  const idsOf = (name: string): readonly number[] => {
    const token: unknown = Object.hasOwn(tokens, name)
      ? (tokens as Readonly<Record<string, unknown>>)[name]
      : undefined;
    return checked(Ids, token, `${at}/special_tokens/${name}`).ids;
  };
  const position = single.findIndex((item) => "Sequence" in item);
  if (position < 0 || single.findLastIndex((item) => "Sequence" in item) !== position) {
    throw new RangeError(`tokenizer.json: expected the text once at ${at}/single, got ${quoted(single)}`);
  }
  const ids = (items: typeof single): readonly number[] =>
    items.flatMap((item) => ("SpecialToken" in item ? idsOf(item.SpecialToken.id) : []));
  return { before: ids(single.slice(0, position)), after: ids(single.slice(position + 1)) };
};

/**
 * The ids around a text, each below `size`. `TypeError` for a type or an option that is not supported, `RangeError` for
 * an id outside of the vocabulary.
 */
export const readAddedSpecialIds = (
  value: unknown,
  size: number,
  at = "/post_processor",
  depth = 0,
): AddedSpecialIds => {
  if (value === null || value === undefined) return none;
  const fields = typeof value === "object" ? (value as Readonly<Record<string, unknown>>) : {};
  const { type, processors } = fields;
  const within = ({ before, after }: AddedSpecialIds): AddedSpecialIds => {
    const outside = [...before, ...after].find((id) => id >= size);
    if (outside !== undefined)
      throw new RangeError(`tokenizer.json: expected ids below ${size} at ${at}, got ${outside}`);
    return { before, after };
  };
  if (type === "ByteLevel") return none;
  if (type === "TemplateProcessing") return within(fromTemplate(checked(Template, value, at), at));
  if (type === "BertProcessing" || type === "RobertaProcessing") {
    const { cls, sep } = checked(Bert, value, at);
    return within({ before: [cls[1]], after: [sep[1]] });
  }
  if (type === "Sequence" && Array.isArray(processors) && depth < 4 && processors.length <= most) {
    const parts = processors.map((part, index) =>
      readAddedSpecialIds(part, size, `${at}/processors/${index}`, depth + 1),
    );
    return { before: parts.toReversed().flatMap(({ before }) => before), after: parts.flatMap(({ after }) => after) };
  }
  throw new TypeError(
    "tokenizer.json: expected BertProcessing, ByteLevel, RobertaProcessing, TemplateProcessing or a Sequence " +
      `of these at ${at}, got ${quoted(type ?? value)}`,
  );
};
