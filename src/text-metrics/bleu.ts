/**
 * BLEU: precision of a candidate's n-grams with a penalty for being short (Papineni et al., 2002), as sacrebleu counts
 * it (Post, 2018).
 */
import { checkReferences, type Comparison } from "./comparison.ts";
import { countNgrams, matchesOf, ngramsIn, type NgramCounts } from "./ngrams.ts";
import { tokenize13a } from "./tokenize-13a.ts";

const orders = [1, 2, 3, 4] as const;

/** A text as BLEU sees it: its tokens by mteval-v13a, and how often each n-gram occurs, for n = 1 to 4. */
interface Segment {
  readonly length: number;
  readonly counts: readonly NgramCounts[];
}

/** What BLEU is computed from; those of a corpus are the sums over its texts. */
interface BleuStatistics {
  readonly candidateLength: number;
  readonly referenceLength: number;
  /** For n = 1 to 4. */
  readonly matches: readonly number[];
  readonly totals: readonly number[];
}

const segmentOf = (text: string): Segment => {
  const tokens = tokenize13a(text);
  return { length: tokens.length, counts: orders.map((order) => countNgrams(tokens, order)) };
};

/** For each n-gram the most that any of them has. */
const mostOf = (all: readonly NgramCounts[]): NgramCounts => {
  const most = new Map(all[0]);
  for (const counts of all.slice(1))
    for (const [ngram, count] of counts) most.set(ngram, Math.max(count, most.get(ngram) ?? 0));
  return most;
};

/** Of equally close lengths the shorter. */
const closestLength = (length: number, others: readonly number[]): number =>
  others.reduce((best, other) => {
    const [distance, least] = [Math.abs(other - length), Math.abs(best - length)];
    return distance < least || (distance === least && other < best) ? other : best;
  });

const statisticsOf = (candidate: Segment, references: readonly Segment[]): BleuStatistics => ({
  candidateLength: candidate.length,
  referenceLength: closestLength(
    candidate.length,
    references.map(({ length }) => length),
  ),
  matches: candidate.counts.map((counts, index) =>
    matchesOf(counts, mostOf(references.map((reference) => reference.counts[index]!))),
  ),
  totals: orders.map((order) => ngramsIn(candidate.length, order)),
});

/**
 * 100 min(1, exp(1 - r / c)) exp(mean over n of log p_n), for c tokens of the candidate and r of the reference. A
 * precision of 0 becomes 1 / 2^k of one match, k counting those of the lower orders and itself (NIST's smoothing). With
 * `effectiveOrder` the mean is over the orders that the candidate is long enough for.
 */
const bleuOf = (
  { candidateLength, referenceLength, matches, totals }: BleuStatistics,
  effectiveOrder: boolean,
): number => {
  if (matches.every((count) => count === 0)) return 0;
  const known = totals.filter((total) => total > 0).length;
  if (known < orders.length && !effectiveOrder) return 0;
  let smoothing = 1;
  let logs = 0;
  for (const [index, total] of totals.slice(0, known).entries()) {
    const count = matches[index]!;
    if (count === 0) smoothing /= 2;
    logs += Math.log((count === 0 ? smoothing : count) / total);
  }
  const brevity = candidateLength < referenceLength ? Math.exp(1 - referenceLength / candidateLength) : 1;
  return Math.min(100, 100 * brevity * Math.exp(logs / known));
};

const sumOf = (all: readonly BleuStatistics[]): BleuStatistics => ({
  candidateLength: all.reduce((total, one) => total + one.candidateLength, 0),
  referenceLength: all.reduce((total, one) => total + one.referenceLength, 0),
  matches: orders.map((_, index) => all.reduce((total, one) => total + one.matches[index]!, 0)),
  totals: orders.map((_, index) => all.reduce((total, one) => total + one.totals[index]!, 0)),
});

const compared = ({ candidate, references }: Comparison): BleuStatistics => {
  checkReferences("bleu", references);
  return statisticsOf(segmentOf(candidate), references.map(segmentOf));
};

/**
 * BLEU of one text, 0 to 100, over the n-grams that it is long enough for (sacrebleu's effective order). `RangeError`
 * without a reference.
 */
export const sentenceBleu = (comparison: Comparison): number => bleuOf(compared(comparison), true);

/**
 * BLEU of a corpus, 0 to 100: of the sums over its texts. `RangeError` for a text without a reference.
 * @public
 */
export const corpusBleu = (comparisons: readonly Comparison[]): number =>
  bleuOf(sumOf(comparisons.map(compared)), false);

/**
 * Self-BLEU, 0 to 100: the mean BLEU of each text against all the others; the higher, the less diverse (Zhu et al.,
 * Texygen, 2018, arXiv 1802.01886). `RangeError` for fewer than two texts.
 * @public
 */
export const selfBleu = (texts: readonly string[]): number => {
  if (texts.length < 2) throw new RangeError(`self-bleu: expected at least two texts, got ${texts.length}`);
  const segments = texts.map(segmentOf);
  const scores = segments.map((segment, index) => bleuOf(statisticsOf(segment, segments.toSpliced(index, 1)), true));
  return scores.reduce((total, score) => total + score, 0) / scores.length;
};
