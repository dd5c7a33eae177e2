/**
 * Limits of concurrent calls: so many of each scorer, so many of all together, and where the latter are short, the
 * scorer that needs most time for its queue goes first.
 */

/** Permission to make one call. */
export interface CallPass {
  /** Which of the lane's concurrent calls it is, from 0. */
  readonly slot: number;
  /** The call has ended; the next one may be made. A second call does nothing. */
  leave(): void;
}

interface Waiting {
  readonly count: number;
  readonly serve: (pass: CallPass) => void;
}

/** Weight of the newest call in a lane's mean time for a rollout. */
const NEWEST = 0.3;

class Lane {
  readonly concurrency: number;
  readonly queue = new Set<Waiting>();
  readonly #free: number[];
  #rollouts = 0;
  #pace: number | undefined;

  constructor(concurrency: number) {
    this.concurrency = concurrency;
    this.#free = Array.from({ length: concurrency }, (_, slot) => slot);
  }

  /** Whether a call waits and may be made. */
  get ready(): boolean {
    return this.queue.size > 0 && this.#free.length > 0;
  }

  /**
   * ms until all that it was given is done, by what its calls took so far; infinite before the first call has ended.
   */
  get behind(): number {
    return this.#pace === undefined ? Number.POSITIVE_INFINITY : (this.#rollouts * this.#pace) / this.concurrency;
  }

  given(count: number): void {
    this.#rollouts += count;
  }

  acquire(): number {
    return this.#free.shift()!;
  }

  release(slot: number, count: number, milliseconds: number): void {
    this.#free.push(slot);
    this.#rollouts -= count;
    const pace = milliseconds / count;
    this.#pace = this.#pace === undefined ? pace : (1 - NEWEST) * this.#pace + NEWEST * pace;
  }
}

/**
 * Scorers as lanes, by name, for one stream or several. It decides when a call is made, and never which rollouts are in
 * it.
 */
export class CallLimits {
  readonly #lanes: ReadonlyMap<string, Lane>;
  #left: number;

  /** `concurrency` of a scorer: its most calls at once; `calls`: of all together. */
  constructor(scorers: Readonly<Record<string, { readonly concurrency: number }>>, calls = Number.POSITIVE_INFINITY) {
    this.#lanes = new Map(Object.entries(scorers).map(([name, { concurrency }]) => [name, new Lane(concurrency)]));
    this.#left = calls;
  }

  /**
   * Waits for permission to call the scorer `name` with `count` rollouts. `RangeError` when there is none of this name.
   * Rejects with the signal's reason when it aborts first; it has then left the queue.
   */
  async enter(name: string, count: number, signal: AbortSignal): Promise<CallPass> {
    signal.throwIfAborted();
    const lane = this.#lanes.get(name);
    if (lane === undefined)
      throw new RangeError(`call limits: expected one of ${[...this.#lanes.keys()].join(", ")}, got "${name}"`);
    lane.given(count);
    return new Promise((resolve, reject) => {
      const abandon = (): void => {
        lane.queue.delete(waiting);
        lane.given(-count);
        reject(signal.reason as Error);
      };
      const waiting: Waiting = {
        count,
        serve: (pass) => {
          signal.removeEventListener("abort", abandon);
          resolve(pass);
        },
      };
      lane.queue.add(waiting);
      signal.addEventListener("abort", abandon, { once: true });
      this.#serve();
    });
  }

  #serve(): void {
    while (this.#left > 0) {
      const ready = [...this.#lanes.values()].filter((lane) => lane.ready);
      if (ready.length === 0) return;
      this.#admit(ready.reduce((most, lane) => (lane.behind > most.behind ? lane : most)));
    }
  }

  #admit(lane: Lane): void {
    const [waiting] = lane.queue;
    lane.queue.delete(waiting!);
    this.#left -= 1;
    const slot = lane.acquire();
    const start = performance.now();
    let inside = true;
    waiting!.serve({
      slot,
      leave: () => {
        if (!inside) return;
        inside = false;
        lane.release(slot, waiting!.count, performance.now() - start);
        this.#left += 1;
        this.#serve();
      },
    });
  }
}
