/**
 * chrF: F-score of a candidate's character n-grams (Popovic, 2015), and chrF++ with words beside them (2017), as
 * sacrebleu counts them.
 */
import { checkReferences, type Comparison } from "./comparison.ts";
import { countNgrams, matchesOf, ngramsIn, type NgramCounts } from "./ngrams.ts";
import { wordsOf } from "./words.ts";

const characterOrders = [1, 2, 3, 4, 5, 6] as const;

/** Recall counts this often as much as precision. */
const beta = 2;

const punctuation: ReadonlySet<string> = new Set("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");

/** Which n-grams count. */
export interface ChrfOptions {
  /** Most words of an n-gram beside the characters: 0 for chrF, which it is when left out, 2 for chrF++. */
  readonly wordOrder?: number;
}

/** How often each n-gram occurs, and how many there are: by order, characters first. */
type Orders = readonly { readonly counts: NgramCounts; readonly total: number }[];

/** Of one order; those of a corpus are the sums over its texts. */
interface ChrfStatistics {
  readonly candidate: number;
  readonly reference: number;
  readonly matches: number;
}

/** Parts one sign of punctuation from the end of a word, or else from its beginning. */
const withoutPunctuation = (word: string): string[] => {
  const characters = Array.from(word);
  if (characters.length === 1) return [word];
  const [first, last] = [characters[0]!, characters.at(-1)!];
  if (punctuation.has(last)) return [word.slice(0, -1), last];
  return punctuation.has(first) ? [first, word.slice(1)] : [word];
};

const ordersOf = (text: string, { wordOrder = 0 }: ChrfOptions): Orders => {
  const words = wordsOf(text);
  const characters = words.flatMap((word) => Array.from(word));
  const parts = wordOrder === 0 ? [] : words.flatMap(withoutPunctuation);
  const counted = (items: readonly string[], order: number) => ({
    counts: countNgrams(items, order),
    total: ngramsIn(items.length, order),
  });
  return [
    ...characterOrders.map((order) => counted(characters, order)),
    ...Array.from({ length: wordOrder }, (_, index) => counted(parts, index + 1)),
  ];
};

const statisticsOf = (candidate: Orders, reference: Orders): ChrfStatistics[] =>
  candidate.map(({ counts, total }, index) => {
    const other = reference[index]!;
    return {
      candidate: other.total === 0 ? 0 : total,
      reference: other.total,
      matches: matchesOf(counts, other.counts),
    };
  });

/** F_beta in 0 to 100 of precision and recall, each the mean over the orders that both texts are long enough for. */
const chrfOf = (statistics: readonly ChrfStatistics[]): number => {
  const known = statistics.filter(({ candidate, reference }) => candidate > 0 && reference > 0);
  if (known.every(({ matches }) => matches === 0)) return 0;
  const precision = known.reduce((total, { matches, candidate }) => total + matches / candidate, 0) / known.length;
  const recall = known.reduce((total, { matches, reference }) => total + matches / reference, 0) / known.length;
  return Math.min(100, (100 * (1 + beta ** 2) * precision * recall) / (beta ** 2 * precision + recall));
};

/** Against the reference with the highest score, the first of several. */
const compared = ({ candidate, references }: Comparison, options: ChrfOptions): ChrfStatistics[] => {
  checkReferences("chrf", references);
  const orders = ordersOf(candidate, options);
  const all = references.map((reference) => statisticsOf(orders, ordersOf(reference, options)));
  return all.reduce((best, one) => (chrfOf(one) > chrfOf(best) ? one : best));
};

/** chrF of one text, 0 to 100, spaces left out. `RangeError` without a reference. */
export const sentenceChrf = (comparison: Comparison, options: ChrfOptions = {}): number =>
  chrfOf(compared(comparison, options));

/**
 * chrF of a corpus, 0 to 100: of the sums over its texts. `RangeError` for a text without a reference.
 * @public
 */
export const corpusChrf = (comparisons: readonly Comparison[], options: ChrfOptions = {}): number => {
  const all = comparisons.map((comparison) => compared(comparison, options));
  const sums = (all[0] ?? []).map((_, order) =>
    all.reduce(
      (total, one) => ({
        candidate: total.candidate + one[order]!.candidate,
        reference: total.reference + one[order]!.reference,
        matches: total.matches + one[order]!.matches,
      }),
      { candidate: 0, reference: 0, matches: 0 },
    ),
  );
  return chrfOf(sums);
};
