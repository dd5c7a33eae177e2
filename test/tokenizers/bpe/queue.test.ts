/** The queue of pairs. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { pairQueue } from "../../../src/tokenizers/bpe/queue.ts";

test("the most frequent come first, and of those the smallest", () => {
  const entry = fc.record({ pair: fc.nat(20), count: fc.nat(5) });
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const queue = pairQueue();
      for (const { pair, count } of entries) queue.push(pair, count);
      const popped = entries.map(() => queue.pop());
      expect(popped).toEqual(entries.toSorted((a, b) => b.count - a.count || a.pair - b.pair));
      expect(queue.pop()).toBeUndefined();
    }),
    { seed: 1 },
  );
});
