/** The tokenizer of mteval-v13a, which WMT's BLEU is counted in. */
import { wordsOf } from "./words.ts";

const entities: readonly (readonly [RegExp, string])[] = [
  [/&quot;/g, '"'],
  [/&amp;/g, "&"],
  [/&lt;/g, "<"],
  [/&gt;/g, ">"],
];

const separations: readonly (readonly [RegExp, string])[] = [
  // Symbols of ASCII other than ' , - and .
  [/([{-~[-` -&(-+:-@/])/g, " $1 "],
  [/([^0-9])([.,])/gu, "$1 $2 "],
  [/([.,])([^0-9])/gu, " $1 $2"],
  [/([0-9])(-)/g, "$1 $2 "],
];

const rewritten = (text: string, rules: readonly (readonly [RegExp, string])[]): string =>
  rules.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text);

/**
 * Tokens of a text: symbols are tokens of their own, points and commas too except between digits. As sacrebleu's `13a`.
 */
export const tokenize13a = (text: string): string[] => {
  const line = text.trimEnd().replaceAll("<skipped>", "").replaceAll("-\n", "").replaceAll("\n", " ");
  return wordsOf(rewritten(` ${rewritten(line, entities)} `, separations));
};
