/** Tests of the longest common subsequence. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { lcsLength } from "../../src/text-metrics/lcs.ts";

/** Longest among all subsequences of one that are subsequences of the other. */
const byEnumeration = (a: readonly string[], b: readonly string[]): number => {
  let longest = 0;
  for (let chosen = 0; chosen < 2 ** a.length; chosen += 1) {
    const subsequence = a.filter((_, at) => (chosen >> at) & 1);
    let found = 0;
    for (const word of b) if (word === subsequence[found]) found += 1;
    if (found === subsequence.length) longest = Math.max(longest, found);
  }
  return longest;
};

test("equals enumeration", () => {
  const words = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 8 });
  fc.assert(
    fc.property(words, words, (a, b) => {
      expect(lcsLength(a, b)).toBe(byEnumeration(a, b));
    }),
    { seed: 3 },
  );
});
