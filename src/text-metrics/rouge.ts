/** ROUGE: how much of a reference's words a candidate has (Lin, 2004), with the rules of Google's rouge_score. */
import { lcsLength } from "./lcs.ts";
import { countNgrams, matchesOf, ngramsIn } from "./ngrams.ts";
import { porterStem } from "./porter-stem.ts";

/**
 * Share of the candidate that is in the reference, share of the reference that is in the candidate, and their harmonic
 * mean; each in [0, 1].
 */
export interface RougeScore {
  readonly precision: number;
  readonly recall: number;
  readonly fMeasure: number;
}

/** How ROUGE reads a text. */
export interface RougeOptions {
  /** Compares stems of words of four letters and more, instead of words; false when left out. */
  readonly stemmer?: boolean;
}

/** Runs of a-z and 0-9 in lower case, stemmed if asked for; everything else separates. */
const rougeTokens = (text: string, { stemmer = false }: RougeOptions): string[] => {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return stemmer ? words.map((word) => (word.length > 3 ? porterStem(word) : word)) : words;
};

const scoreOf = (matches: number, candidate: number, reference: number): RougeScore => {
  const precision = matches / Math.max(candidate, 1);
  const recall = matches / Math.max(reference, 1);
  return { precision, recall, fMeasure: matches === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
};

/** ROUGE-N: n-grams that both have, counted as often as both have them. */
export const rougeN = (candidate: string, reference: string, order: number, options: RougeOptions = {}): RougeScore => {
  const [mine, theirs] = [rougeTokens(candidate, options), rougeTokens(reference, options)];
  const matches = matchesOf(countNgrams(theirs, order), countNgrams(mine, order));
  return scoreOf(matches, ngramsIn(mine.length, order), ngramsIn(theirs.length, order));
};

/** ROUGE-L: words of the longest common subsequence, over the whole text as one sentence. */
export const rougeL = (candidate: string, reference: string, options: RougeOptions = {}): RougeScore => {
  const [mine, theirs] = [rougeTokens(candidate, options), rougeTokens(reference, options)];
  return scoreOf(lcsLength(theirs, mine), mine.length, theirs.length);
};
