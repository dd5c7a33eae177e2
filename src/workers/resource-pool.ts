/**
 * Lends a fixed set of things, one borrower each, first come first served: call slots of a scorer, connections to
 * workers.
 */

/** One thing on loan. */
export interface Acquired<T> {
  readonly item: T;
  /** Gives it back. A second call does nothing. */
  release(): void;
}

/** A fixed set of things to borrow. */
export interface ResourcePool<T> {
  /**
   * Waits for a free thing. Rejects with the signal's reason when it aborts first; the place in the queue is then gone.
   */
  acquire(signal?: AbortSignal): Promise<Acquired<T>>;
}

/** Lends `items`. `RangeError` when there are none, for then nobody would ever be served. */
export const resourcePool = <T>(items: readonly T[]): ResourcePool<T> => {
  if (items.length === 0) throw new RangeError("lending: expected at least one thing to lend, got none");
  const free = [...items];
  const waiting = new Set<(item: T) => void>();

  const put = (item: T): void => {
    const [first] = waiting;
    if (first === undefined) free.push(item);
    else first(item);
  };

  const loan = (item: T): Acquired<T> => {
    let out = true;
    return {
      item,
      release() {
        if (out) put(item);
        out = false;
      },
    };
  };

  const wait = (signal: AbortSignal | undefined): Promise<Acquired<T>> =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        waiting.delete(serve);
        signal?.removeEventListener("abort", abandon);
      };
      const serve = (item: T): void => {
        leave();
        resolve(loan(item));
      };
      const abandon = (): void => {
        leave();
        reject(signal?.reason);
      };
      waiting.add(serve);
      signal?.addEventListener("abort", abandon);
    });

  return {
    async acquire(signal) {
      signal?.throwIfAborted();
      return free.length > 0 ? loan(free.shift() as T) : wait(signal);
    },
  };
};
