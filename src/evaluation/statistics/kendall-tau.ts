/** Whether two lists put the same things in the same order (Kendall, 1938; with ties, 1945). */

/** Of all pairs of things: those in the same order, in opposite orders, and tied in each list. */
const pairsOf = (a: readonly number[], b: readonly number[]) => {
  const count = { score: 0, tiedA: 0, tiedB: 0, all: 0 };
  for (let i = 0; i < a.length; i += 1)
    for (let j = 0; j < i; j += 1) {
      const [x, y] = [Math.sign(a[i]! - a[j]!), Math.sign(b[i]! - b[j]!)];
      count.all += 1;
      count.score += x * y;
      if (x === 0) count.tiedA += 1;
      if (y === 0) count.tiedB += 1;
    }
  return count;
};

/**
 * Kendall's tau-b of two lists of the same length: (concordant - discordant pairs) / sqrt(pairs untied in the first x
 * pairs untied in the second), in [-1, 1]. NaN where all of a list is tied, as of fewer than two numbers. `RangeError`
 * for lists of unlike lengths.
 */
export const kendallTau = (a: readonly number[], b: readonly number[]): number => {
  if (a.length !== b.length)
    throw new RangeError(`Kendall's tau: expected lists of one length, got ${a.length} and ${b.length} numbers`);
  const { score, tiedA, tiedB, all } = pairsOf(a, b);
  return score / Math.sqrt((all - tiedA) * (all - tiedB));
};
