/** Regular expressions in documents of strangers: those of known models are run, others are refused. */
import { Type, type Static } from "@sinclair/typebox";
import { wordPattern } from "../tokenizer-json.ts";
import { quoted } from "./part.ts";
import { closedObject } from "../../plugins/closed-object.ts";

/**
 * How GPT-2 cuts a text (Radford et al., 2019): contractions, letters, numbers, other characters, each after one space
 * at most; white space.
 */
export const gpt2Pattern = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

/** How Llama 3 cuts a text: contractions in any case, up to three digits, line ends on their own. */
export const llama3Pattern =
  String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|` +
  String.raw` ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

/** How Qwen2 and Qwen3 cut a text: as Llama 3, digits one by one. */
export const qwen2Pattern = llama3Pattern.replace("{1,3}", "");

const upper = String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`;
const lower = String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`;
const before = String.raw`[^\r\n\p{L}\p{N}]?`;
const contraction = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?";
const rest = String.raw` ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

/**
 * Each takes time in proportion to the text, whatever the text is: no repetition is inside another, and neighbours do
 * not begin alike.
 */
const known: ReadonlySet<string> = new Set([
  gpt2Pattern,
  gpt2Pattern.replace("'s|'t|'re|'ve|'m|'ll|'d", "'(?:[sdmt]|ll|ve|re)"),
  llama3Pattern,
  qwen2Pattern,
  wordPattern,
  // Qwen 3.5.
  String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}|` +
    String.raw` ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  // GPT-4o, gpt-oss, Llama 4.
  String.raw`${before}${upper}*${lower}+${contraction}|${before}${upper}+${lower}*${contraction}|\p{N}{1,3}|${rest}`,
  // Mistral's Tekken.
  String.raw`${before}${upper}*${lower}+|${before}${upper}+${lower}*|\p{N}|${rest}`,
  // DeepSeek-V3 and R1, three in a row.
  String.raw`\p{N}{1,3}`,
  "[一-龥぀-ゟ゠-ヿ]+",
  "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| " +
    "?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+",
  // CLIP.
  String.raw`'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`,
  // Small steps of many models.
  String.raw`\p{N}`,
  String.raw`\d`,
  String.raw`\s+`,
  String.raw`[\r\n]`,
  String.raw`\n`,
  String.raw`[\n\r\t]`,
  " {2,}",
]);

/** A text or a regular expression that a part matches. */
export const Pattern = Type.Union([
  closedObject({ String: Type.String({ minLength: 1, maxLength: 64 }) }),
  closedObject({ Regex: Type.String({ maxLength: 4096 }) }),
]);

/** The regular expression that matches exactly this text. */
export const literal = (text: string): string =>
  Array.from(text, (character) => `\\x{${character.codePointAt(0)!.toString(16)}}`).join("");

/**
 * The regular expression of a pattern. `RangeError` for one that no known model has: it might take a time without
 * bounds.
 */
export const regexOf = (pattern: Static<typeof Pattern>, at: string): string => {
  if ("String" in pattern) return literal(pattern.String);
  if (known.has(pattern.Regex)) return pattern.Regex;
  throw new RangeError(
    `tokenizer.json: expected a regular expression of a known model at ${at}, got ${quoted(pattern.Regex)}; ` +
      "where it takes time in proportion to any text, add it to src/tokenizers/huggingface/patterns.ts",
  );
};
