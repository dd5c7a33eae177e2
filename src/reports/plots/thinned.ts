/** Series of any length in bounded memory. */

/** A number of a step. */
export interface StepValue {
  readonly step: number;
  readonly value: number;
}

/** Keeps numbers evenly, at most twice `most` of them, and always the last. */
export class ThinnedSeries {
  readonly #most: number;
  #kept: StepValue[] = [];
  #every = 1;
  #seen = 0;
  #last: StepValue | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes the next number. */
  add(step: number, value: number): void {
    this.#last = { step, value };
    if (this.#seen % this.#every === 0) this.#kept.push(this.#last);
    this.#seen += 1;
    if (this.#kept.length < 2 * this.#most) return;
    this.#every *= 2;
    this.#kept = this.#kept.filter((_, i) => i % 2 === 0);
  }

  /** What is kept, in order. */
  points(): readonly StepValue[] {
    const last = this.#last;
    return last === undefined || this.#kept.at(-1) === last ? this.#kept : [...this.#kept, last];
  }
}
