/** An exponential moving average of the student's weights: a teacher that follows the student. Host data. */
import type { Weights } from "../../policies/policy.ts";

/**
 * The average after each step: a <- decay a + (1 - decay) w, in float64, rounded to float32 once. It starts as the
 * weights that it is given.
 */
export class AveragedWeights {
  readonly #decay: number;
  readonly #arrays: Readonly<Record<string, Float32Array>>;

  /** `RangeError` for a decay that is not in [0, 1). */
  constructor(decay: number, start: Weights) {
    if (!(decay >= 0 && decay < 1))
      throw new RangeError(`teacher: expected a decay of at least 0 and below 1, got ${decay}`);
    this.#decay = decay;
    this.#arrays = Object.fromEntries(Object.entries(start).map(([name, data]) => [name, Float32Array.from(data)]));
  }

  /** Takes in the weights after a step. `RangeError` when they have other names or sizes. */
  follow(weights: Weights): void {
    const decay = this.#decay;
    for (const [name, average] of Object.entries(this.#arrays)) {
      const data = weights[name];
      if (data?.length !== average.length) {
        throw new RangeError(
          `teacher: expected ${average.length} weights of ${name} to follow, got ${data?.length ?? "none"}`,
        );
      }
      for (let i = 0; i < average.length; i += 1) average[i] = decay * average[i]! + (1 - decay) * data[i]!;
    }
  }

  /** A copy. */
  read(): Weights {
    return Object.fromEntries(Object.entries(this.#arrays).map(([name, data]) => [name, data.slice()]));
  }
}
