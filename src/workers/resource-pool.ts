/** A pool of resources, such as connections to workers: each is used by one at a time, first come first served. */
import PQueue from "p-queue";

/** A resource in use. */
export interface Acquired<T> {
  readonly item: T;
  /** Gives it back to the pool. A second call does nothing. */
  release(): void;
}

/** A fixed set of resources. */
export interface ResourcePool<T> {
  /**
   * Waits for a free resource. Rejects with the signal's reason when it aborts first, and no longer waits then; what is
   * acquired stays so when it aborts later.
   */
  acquire(signal?: AbortSignal): Promise<Acquired<T>>;
}

/** A pool of `items`. `RangeError` when there are none, for then everybody would wait for ever. */
export const resourcePool = <T>(items: readonly T[]): ResourcePool<T> => {
  if (items.length === 0) throw new RangeError("resource pool: expected at least one resource, got none");
  const queue = new PQueue({ concurrency: items.length });
  const free = [...items];

  /** A task of the queue for as long as the resource is in use. */
  const use = (started: (acquired: Acquired<T>) => void): Promise<void> =>
    new Promise((done) => {
      const item = free.shift() as T;
      let used = true;
      const release = (): void => {
        if (used) free.push(item);
        used = false;
        done();
      };
      started({ item, release });
    });

  return {
    async acquire(signal) {
      signal?.throwIfAborted();
      // The queue would take a task for ended when its signal aborts: it only sees aborts before the task has begun.
      const waiting = new AbortController();
      const abandon = (): void => waiting.abort(signal?.reason);
      signal?.addEventListener("abort", abandon);
      return new Promise((resolve, reject) => {
        const begin = (): Promise<void> => {
          signal?.removeEventListener("abort", abandon);
          return use(resolve);
        };
        queue.add(begin, { signal: waiting.signal }).catch(reject);
      });
    },
  };
};
