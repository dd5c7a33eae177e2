/**
 * A shared-exclusive lock: many shared holders at once, or one exclusive holder.
 */

interface Waiting {
  readonly alone: boolean;
  readonly enter: () => void;
}

/** First come first served: shared holders run at the same time, an exclusive one runs alone. */
export class SharedExclusiveLock {
  readonly #waiting = new Set<Waiting>();
  #inside = 0;
  #alone = false;

  /**
   * Runs `work` when it holds the lock. Rejects with the signal's reason when that aborts first, and with what `work`
   * rejects with.
   */
  async run<Value>(alone: boolean, signal: AbortSignal, work: () => Promise<Value>): Promise<Value> {
    signal.throwIfAborted();
    await this.#enter(alone, signal);
    try {
      return await work();
    } finally {
      this.#inside -= 1;
      this.#alone = false;
      this.#admit();
    }
  }

  #enter(alone: boolean, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abandon = (): void => {
        this.#waiting.delete(waiting);
        reject(signal.reason as Error);
        this.#admit();
      };
      const enter = (): void => {
        signal.removeEventListener("abort", abandon);
        resolve();
      };
      const waiting = { alone, enter };
      signal.addEventListener("abort", abandon, { once: true });
      this.#waiting.add(waiting);
      this.#admit();
    });
  }

  #admit(): void {
    for (const waiting of this.#waiting) {
      if (this.#alone || (waiting.alone && this.#inside > 0)) return;
      this.#waiting.delete(waiting);
      this.#inside += 1;
      this.#alone = waiting.alone;
      waiting.enter();
    }
  }
}
