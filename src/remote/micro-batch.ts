/** Requests of one item each that are made at the same time, joined into requests of several. */

import { setMaxListeners } from "node:events";

/** How items are asked for together. */
export interface MicroBatchOptions<Item, Answer> {
  /** Most items of one call. */
  readonly size: number;
  /** Answers of items, in their order. The signal aborts when no caller waits for any of them any more. */
  readonly ask: (items: readonly Item[], signal: AbortSignal) => Promise<readonly Answer[]>;
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly signal: AbortSignal;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Asks for one item; items that are asked for in one turn of the event loop share calls of at most `size`, in the order
 * in which they came. Rejects with the signal's reason as soon as that aborts, and with what the call of the item's
 * batch throws. `RangeError` when `ask` gives another number of answers.
 */
export const microBatch = <Item, Answer>({
  size,
  ask,
}: MicroBatchOptions<Item, Answer>): ((item: Item, signal: AbortSignal) => Promise<Answer>) => {
  let queue: Waiting<Item, Answer>[] = [];

  const call = async (all: readonly Waiting<Item, Answer>[]): Promise<void> => {
    const batch = all.filter(({ signal }) => !signal.aborted);
    if (batch.length === 0) return;
    const controller = new AbortController();
    const signals = new Set(batch.map(({ signal }) => signal));
    const leave = (): void => {
      if (![...signals].every(({ aborted }) => aborted)) return;
      controller.abort(batch[0]!.signal.reason);
    };
    for (const signal of signals) signal.addEventListener("abort", leave, { once: true });
    try {
      const answers = await ask(
        batch.map(({ item }) => item),
        controller.signal,
      );
      if (answers.length !== batch.length)
        throw new RangeError(`batch: expected ${batch.length} answers, got ${answers.length}`);
      for (const [k, { resolve }] of batch.entries()) resolve(answers[k]!);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      for (const signal of signals) signal.removeEventListener("abort", leave);
    }
  };

  const flush = (): void => {
    const all = queue;
    queue = [];
    for (let start = 0; start < all.length; start += size) void call(all.slice(start, start + size));
  };

  return async (item, signal) => {
    signal.throwIfAborted();
    let stop: (() => void) | undefined;
    try {
      return await new Promise<Answer>((resolve, reject) => {
        stop = () => reject(signal.reason as Error);
        setMaxListeners(0, signal); // One listener an item in flight is no leak: each is removed with its item.
        signal.addEventListener("abort", stop, { once: true });
        queue.push({ item, signal, resolve, reject });
        if (queue.length === 1) setImmediate(flush);
      });
    } finally {
      if (stop !== undefined) signal.removeEventListener("abort", stop);
    }
  };
};
