/** Items in the order of a shuffle that is new in every pass. */
import { integer, stream } from "../../random/stream.ts";

/** A shuffle of 0 .. count - 1 (Fisher and Yates). */
const permutation = (seed: number, epoch: number, count: number): Int32Array => {
  const uniforms = stream(seed, "data-order", epoch);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i -= 1) {
    const j = integer(uniforms, 0, i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
};

/** The item at each index of an endless row of passes over all items, each shuffled by the seed and its own number. */
export const shuffled = <Item>(seed: number, items: readonly Item[]): ((index: number) => Item) => {
  let current: { epoch: number; order: Int32Array } = { epoch: -1, order: new Int32Array() };
  return (index) => {
    const epoch = Math.floor(index / items.length);
    if (current.epoch !== epoch) current = { epoch, order: permutation(seed, epoch, items.length) };
    return items[current.order[index % items.length]!]!;
  };
};
