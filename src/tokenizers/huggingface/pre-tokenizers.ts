/**
 * How documents cut a text into pieces before the model sees them, spelled for the library where it cuts otherwise than
 * HuggingFace's Rust.
 */
import { Type } from "@sinclair/typebox";
import { part, readPart, type Parts } from "./part.ts";
import { gpt2Pattern, literal, Pattern, regexOf } from "./patterns.ts";
import { closedObject } from "../../plugins/closed-object.ts";

/** Every match is a piece, and so is what is between. */
const isolate = (regex: string) => ({ type: "Split", pattern: { Regex: regex }, behavior: "Isolated", invert: false });

/** Every match is a piece; the rest is dropped. */
const keep = (regex: string) => ({ type: "Split", pattern: { Regex: regex }, behavior: "Removed", invert: true });

const remove = (regex: string) => ({ type: "Split", pattern: { Regex: regex }, behavior: "Removed", invert: false });

const sequence = (...pretokenizers: readonly object[]) => ({ type: "Sequence", pretokenizers });

/** One character ends the piece before it, or begins the piece after it. */
const mergedWithPrevious = (character: string) => keep(`[^${character}]*${character}|[^${character}]+`);
const mergedWithNext = (character: string) => keep(`${character}?[^${character}]+|${character}`);

/** Rust's `is_punctuation`: ASCII's, and Unicode's category P. */
const punctuation = String.raw`[\p{P}\x{24}\x{2b}\x{3c}-\x{3e}\x{5e}\x{60}\x{7c}\x{7e}]`;
const word = String.raw`\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}`;
const spaceless = String.raw`\P{White_Space}+`;

const Behavior = Type.Union(
  (["Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"] as const).map((name) =>
    Type.Literal(name),
  ),
);

const Character = Type.String({ minLength: 1, maxLength: 1 });

const Split = part(
  closedObject({ type: Type.Literal("Split"), pattern: Pattern, behavior: Behavior, invert: Type.Boolean() }),
  ({ pattern, behavior, invert }, at) => {
    const regex = regexOf(pattern, `${at}/pattern`);
    if (behavior === "Isolated") return isolate(regex);
    if (behavior === "Removed") return invert ? keep(regex) : remove(regex);
    if (invert || !("String" in pattern) || Array.from(pattern.String).length !== 1) {
      throw new RangeError(
        `tokenizer.json: expected ${behavior} of one character, not inverted, at ${at}; other patterns are ` +
          "Isolated or Removed",
      );
    }
    if (behavior === "Contiguous") return isolate(`${regex}+`);
    return behavior === "MergedWithPrevious" ? mergedWithPrevious(regex) : mergedWithNext(regex);
  },
);

const Punctuation = part(
  closedObject({
    type: Type.Literal("Punctuation"),
    behavior: Type.Optional(
      Type.Union([Type.Literal("Isolated"), Type.Literal("Removed"), Type.Literal("Contiguous")]),
    ),
  }),
  ({ behavior = "Isolated" }) => {
    if (behavior === "Removed") return remove(punctuation);
    return isolate(behavior === "Contiguous" ? `${punctuation}+` : punctuation);
  },
);

const ByteLevel = part(
  closedObject({
    type: Type.Literal("ByteLevel"),
    add_prefix_space: Type.Boolean(),
    trim_offsets: Type.Optional(Type.Boolean()),
    use_regex: Type.Optional(Type.Boolean()),
  }),
  ({ add_prefix_space: prefixed, use_regex: cut = true }) =>
    sequence(
      ...(prefixed ? [{ type: "Replace", pattern: { Regex: String.raw`\A[^ ]` }, content: " $&" }] : []),
      ...(cut ? [isolate(gpt2Pattern)] : []),
      { type: "ByteLevel", add_prefix_space: false, use_regex: false },
    ),
);

const Metaspace = part(
  closedObject({
    type: Type.Literal("Metaspace"),
    replacement: Character,
    prepend_scheme: Type.Optional(Type.Union([Type.Literal("always"), Type.Literal("first"), Type.Literal("never")])),
    add_prefix_space: Type.Optional(Type.Boolean()),
    str_rep: Type.Optional(Character),
    split: Type.Optional(Type.Boolean()),
  }),
  ({ replacement, prepend_scheme: given, add_prefix_space: legacy = true, split = true }) => {
    const spaces = { type: "Metaspace", replacement, prepend_scheme: given ?? (legacy ? "always" : "never") };
    return split ? sequence(spaces, mergedWithNext(literal(replacement))) : spaces;
  },
);

const bare = (type: string, spelled: object) => part(closedObject({ type: Type.Literal(type) }), () => spelled);

const preTokenizers: Parts<object> = {
  BertPreTokenizer: bare("BertPreTokenizer", sequence(keep(spaceless), isolate(punctuation))),
  ByteLevel,
  Digits: part(
    closedObject({ type: Type.Literal("Digits"), individual_digits: Type.Boolean() }),
    ({ individual_digits: individual }) => isolate(individual ? String.raw`\p{N}` : String.raw`\p{N}+`),
  ),
  Metaspace,
  Punctuation,
  Split,
  Whitespace: bare("Whitespace", keep(String.raw`[${word}]+|[^${word}\p{White_Space}]+`)),
  WhitespaceSplit: bare("WhitespaceSplit", keep(spaceless)),
};

/**
 * The pre-tokenizer of a document for the library, null where there is none. The library takes ASCII where Rust takes
 * Unicode in `Digits` and `Whitespace`, joins what `Punctuation` isolates, and does not cut at `Metaspace`; all are
 * written as what they mean. `TypeError` for a type or an option that is not supported, `RangeError` for a regular
 * expression of no known model.
 */
export const spellPreTokenizer = (value: unknown): object | null =>
  readPart(preTokenizers, "pretokenizers", value, "/pre_tokenizer", (members) => sequence(...members)) ?? null;
