/**
 * A pool of a fixed set of resources, each held by one caller at a time, first come first served: call slots of a
 * scorer, connections to workers.
 */

/** One acquired resource. */
export interface Acquired<T> {
  readonly item: T;
  /** Returns it to the pool. A second call does nothing. */
  release(): void;
}

/** A fixed set of resources. */
export interface ResourcePool<T> {
  /**
   * Waits for a free one. Rejects with the signal's reason when it aborts first, and is then no longer in the queue.
   */
  acquire(signal?: AbortSignal): Promise<Acquired<T>>;
}

/** A pool of `items`. `RangeError` when there are none, since `acquire` would then wait for ever. */
export const resourcePool = <T>(items: readonly T[]): ResourcePool<T> => {
  if (items.length === 0) throw new RangeError("resource pool: expected at least one resource, got none");
  const free = [...items];
  const waiting = new Set<(item: T) => void>();

  const put = (item: T): void => {
    const [first] = waiting;
    if (first === undefined) free.push(item);
    else first(item);
  };

  const acquired = (item: T): Acquired<T> => {
    let held = true;
    return {
      item,
      release() {
        if (held) put(item);
        held = false;
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
        resolve(acquired(item));
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
      return free.length > 0 ? acquired(free.shift() as T) : wait(signal);
    },
  };
};
