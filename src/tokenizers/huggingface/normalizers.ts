/**
 * How documents change a text before it is cut, spelled for the library where it changes it otherwise than
 * HuggingFace's Rust.
 */
import { Type } from "@sinclair/typebox";
import { charsmap } from "./charsmap.ts";
import type { PrecompiledNormalizer } from "./library.ts";
import { part, readPart, type Parts } from "./part.ts";
import { Pattern, regexOf } from "./patterns.ts";
import { closedObject } from "../../plugins/closed-object.ts";

const inTurn = (members: readonly object[]): object => ({ type: "Sequence", normalizers: members });

const bare = (type: string, spelled: object = { type }) =>
  part(closedObject({ type: Type.Literal(type) }), () => spelled);

/** The library reads `$&` and the like in what it puts in; a dollar is written as two. */
const replace = (regex: string, content: string) => ({
  type: "Replace",
  pattern: { Regex: regex },
  content: content.replaceAll("$", "$$$$"),
});

/**
 * White space of Unicode, of which JavaScript's `trim` has other characters. What trails begins after something else:
 * each run is looked at once.
 */
const leading = String.raw`\A\p{White_Space}+`;
const trailing = String.raw`(?<!\p{White_Space})\p{White_Space}+\z`;
const never = String.raw`(?!)`;

const Content = Type.String({ maxLength: 64 });

const normalizers: Parts<object> = {
  BertNormalizer: part(
    closedObject({
      type: Type.Literal("BertNormalizer"),
      clean_text: Type.Boolean(),
      handle_chinese_chars: Type.Boolean(),
      strip_accents: Type.Union([Type.Boolean(), Type.Null()]),
      lowercase: Type.Boolean(),
    }),
    (value) => value,
  ),
  Lowercase: bare("Lowercase"),
  NFC: bare("NFC"),
  NFD: bare("NFD"),
  NFKC: bare("NFKC"),
  NFKD: bare("NFKD"),
  Precompiled: part(
    closedObject({ type: Type.Literal("Precompiled"), precompiled_charsmap: Type.String({ maxLength: 1 << 22 }) }),
    ({ precompiled_charsmap: map }): PrecompiledNormalizer => ({ type: "Precompiled", normalize: charsmap(map) }),
  ),
  Prepend: part(closedObject({ type: Type.Literal("Prepend"), prepend: Content }), (value) => value),
  Replace: part(
    closedObject({ type: Type.Literal("Replace"), pattern: Pattern, content: Content }),
    ({ pattern, content }, at) => replace(regexOf(pattern, `${at}/pattern`), content),
  ),
  Strip: part(
    closedObject({ type: Type.Literal("Strip"), strip_left: Type.Boolean(), strip_right: Type.Boolean() }),
    ({ strip_left: left, strip_right: right }) =>
      replace([...(left ? [leading] : []), ...(right ? [trailing] : [])].join("|") || never, ""),
  ),
  StripAccents: bare("StripAccents"),
};

/** How many times as long a text may become by what the `Replace` puts in. */
const mostGrowth = 64;

const growthOf = (value: object): number => {
  if ("content" in value && typeof value.content === "string") return Math.max(1, value.content.length);
  const members: readonly object[] = "normalizers" in value ? (value.normalizers as readonly object[]) : [];
  return members.reduce((product, member) => product * growthOf(member), 1);
};

/** The part, when its replacements do not multiply a text's length without bounds. `RangeError` otherwise. */
const bounded = (value: object): object => {
  const growth = growthOf(value);
  if (growth <= mostGrowth) return value;
  throw new RangeError(
    `tokenizer.json: expected replacements that lengthen a text at most ${mostGrowth} times at /normalizer, ` +
      `got ${growth}`,
  );
};

/**
 * The normalizer of a document for the library, null where there is none. The library does not read the map of a
 * `Precompiled` normalizer: it gets one that does. `TypeError` for a type or an option that is not supported,
 * `RangeError` for a regular expression of no known model.
 */
export const spellNormalizer = (value: unknown): object | null => {
  const spelled = readPart(normalizers, "normalizers", value, "/normalizer", inTurn);
  return spelled === undefined ? null : bounded(spelled);
};
