/** How many bytes of requests and answers a server holds at a time, all clients together. */
import { RefusedRequest } from "./refused-request.ts";

/** Bytes that one request holds. */
export interface Holding {
  /** Holds so many from now on. `RefusedRequest` when there is no room for them, now (503) or ever (400). */
  hold(bytes: number, what: string): void;
  /** Holds none any more. */
  release(): void;
}

/** Counts bytes. */
export class HeldBytes {
  readonly #most: number;
  #held = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** A holding of no bytes. */
  open(): Holding {
    let own = 0;
    return {
      hold: (bytes, what) => {
        if (bytes > this.#most)
          throw new RefusedRequest(400, `expected ${what} of at most ${this.#most} bytes, got ${Math.ceil(bytes)}`);
        if (this.#held - own + bytes > this.#most) {
          const expected = `expected less at once: ${what} of ${Math.ceil(bytes)} bytes does not fit now; try again`;
          throw new RefusedRequest(503, expected, { "retry-after": "1" });
        }
        this.#held += bytes - own;
        own = bytes;
      },
      release: () => {
        this.#held -= own;
        own = 0;
      },
    };
  }
}
