/** Learning of merges, against counting everything again after each of them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { learnMerges } from "../../../src/tokenizers/bpe/merges.ts";

type Words = readonly (readonly [readonly number[], number])[];

/** The same, slowly. */
const slowly = (pieces: readonly string[], given: Words, size: number, minimumCount: number) => {
  const all = [...pieces];
  const merges: [string, string][] = [];
  let words = given.map(([symbols, count]) => [[...symbols], count] as const);
  while (all.length < size) {
    const counts = new Map<string, number>();
    for (const [symbols, count] of words) {
      for (let at = 1; at < symbols.length; at += 1) {
        const pair = `${symbols[at - 1]} ${symbols[at]}`;
        counts.set(pair, (counts.get(pair) ?? 0) + count);
      }
    }
    const order = (pair: string): number[] => pair.split(" ").map(Number);
    const [best] = [...counts].toSorted(([a, m], [b, n]) => n - m || order(a)[0]! - order(b)[0]! || order(a)[1]! - order(b)[1]!);
    if (best === undefined || best[1] < Math.max(1, minimumCount)) break;
    const [left, right] = order(best[0]) as [number, number];
    const text = all[left]! + all[right]!;
    merges.push([all[left]!, all[right]!]);
    const piece = all.includes(text) ? all.indexOf(text) : all.push(text) - 1;
    words = words.map(([symbols, count]) => {
      const joined: number[] = [];
      for (let at = 0; at < symbols.length; at += 1) {
        if (symbols[at] === left && symbols[at + 1] === right) {
          joined.push(piece);
          at += 1;
        } else joined.push(symbols[at]!);
      }
      return [joined, count] as const;
    });
  }
  return { pieces: all, merges };
};

test("counts that are kept are those of counting again, runs of one letter included", () => {
  const word = fc.tuple(fc.array(fc.nat(2), { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 4 }));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), fc.integer({ min: 3, max: 24 }), fc.nat(3), (words, size, minimumCount) => {
      expect(learnMerges(["a", "b", "c"], words, { size, minimumCount })).toEqual(slowly(["a", "b", "c"], words, size, minimumCount));
    }),
    { seed: 1, numRuns: 300 },
  );
});

test("a size beyond the numbers of pairs is refused", () => {
  expect(() => learnMerges(["a"], [], { size: 2 ** 21 + 1, minimumCount: 0 })).toThrow(RangeError);
});
