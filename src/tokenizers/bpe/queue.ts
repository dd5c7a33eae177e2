/**
 * Pairs by how often they are adjacent: the most frequent first, of equally frequent ones the pair with the
 * smaller ids.
 */

/** A priority queue of numbered pairs. */
export interface PairQueue {
  push(pair: number, count: number): void;
  /** The first pair and the count that it was pushed with; `undefined` when none is left. */
  pop(): { readonly pair: number; readonly count: number } | undefined;
}

/** An empty queue: a binary heap. */
export const pairQueue = (): PairQueue => {
  const pairs: number[] = [];
  const counts: number[] = [];
  const isBefore = (a: number, b: number): boolean =>
    counts[a]! > counts[b]! || (counts[a] === counts[b] && pairs[a]! < pairs[b]!);
  const swap = (a: number, b: number): void => {
    [pairs[a], pairs[b]] = [pairs[b]!, pairs[a]!];
    [counts[a], counts[b]] = [counts[b]!, counts[a]!];
  };
  const sink = (): void => {
    let at = 0;
    for (;;) {
      let first = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < pairs.length && isBefore(child, first)) first = child;
      if (first === at) return;
      swap(at, first);
      at = first;
    }
  };
  return {
    push(pair, count) {
      pairs.push(pair);
      counts.push(count);
      for (let at = pairs.length - 1; at > 0;) {
        const parent = (at - 1) >> 1;
        if (!isBefore(at, parent)) return;
        swap(at, parent);
        at = parent;
      }
    },
    pop() {
      if (pairs.length === 0) return undefined;
      swap(0, pairs.length - 1);
      const first = { pair: pairs.pop()!, count: counts.pop()! };
      sink();
      return first;
    },
  };
};
