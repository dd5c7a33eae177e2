/** N-grams and how often they occur. */

/** How often each n-gram occurs. */
export type NgramCounts = ReadonlyMap<string, number>;

/** Counts the runs of `order` items, none of which contains a space. */
export const countNgrams = (items: readonly string[], order: number): NgramCounts => {
  const counts = new Map<string, number>();
  for (let start = 0; start + order <= items.length; start += 1) {
    const ngram = items.slice(start, start + order).join(" ");
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
};

/** How many n-grams of `counts` are in `others` too, each at most as often as there. */
export const matchesOf = (counts: NgramCounts, others: NgramCounts): number => {
  let matches = 0;
  for (const [ngram, count] of counts) matches += Math.min(count, others.get(ngram) ?? 0);
  return matches;
};

/** How many n-grams a text of so many items has. */
export const ngramsIn = (items: number, order: number): number => Math.max(0, items - order + 1);
