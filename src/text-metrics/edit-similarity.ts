/** Edit similarity: how few characters have to change to make one text of another. */
import { distance } from "fastest-levenshtein";

/** Units of UTF-16, which the distance is counted in. */
const units = 2 ** 16;

/** Whether each character is one unit. */
const isPlain = (text: string): boolean => !/[\uD800-\uDFFF]/.test(text);

/** The texts with a unit for each character; more than 65,536 different ones share units. */
const oneUnitEach = (texts: readonly (readonly string[])[]): string[] => {
  const ids = new Map<string, number>();
  for (const character of texts.flat()) if (!ids.has(character)) ids.set(character, ids.size % units);
  return texts.map((text) => text.map((character) => String.fromCharCode(ids.get(character)!)).join(""));
};

/**
 * 1 - d / max(|a|, |b|), d the least number of characters that are inserted, removed or replaced to make b of a
 * (Levenshtein, 1966), |a| and |b| their lengths in characters (code points of Unicode). So in [0, 1], 1 for equal
 * texts, two empty ones too.
 */
export const editSimilarity = (a: string, b: string): number => {
  const [one, other] = isPlain(a) && isPlain(b) ? [a, b] : oneUnitEach([Array.from(a), Array.from(b)]);
  const longest = Math.max(one!.length, other!.length);
  return longest === 0 ? 1 : 1 - distance(one!, other!) / longest;
};
