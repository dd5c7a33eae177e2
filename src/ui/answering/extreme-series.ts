/** A series of any length in bounded memory, of which no peak is lost. */

/** The first number of a part of the series, and the least and the greatest with their steps. */
export interface SeriesPart {
  readonly step: number;
  readonly value: number;
  readonly lowStep: number;
  readonly low: number;
  readonly highStep: number;
  readonly high: number;
}

const joined = (a: SeriesPart, b: SeriesPart | undefined): SeriesPart => {
  if (b === undefined) return a;
  const low = b.low < a.low ? b : a;
  const high = b.high > a.high ? b : a;
  return { ...a, lowStep: low.lowStep, low: low.low, highStep: high.highStep, high: high.high };
};

const single = (step: number, value: number): SeriesPart => ({
  step,
  value,
  lowStep: step,
  low: value,
  highStep: step,
  high: value,
});

const halved = (parts: readonly SeriesPart[]): SeriesPart[] =>
  parts.flatMap((own, i) => (i % 2 === 0 ? [joined(own, parts[i + 1])] : []));

/**
 * Keeps each number while there are few, and parts of equally many numbers when there are more. Numbers that are not
 * finite are parts of their own until they are joined with others.
 */
export class ExtremeSeries {
  readonly #most: number;
  /** While each number is kept, as two lists: most series never have more. */
  readonly #steps: number[] = [];
  readonly #values: number[] = [];
  #parts: SeriesPart[] = [];
  /** Numbers in a part, a power of two. */
  #every = 1;
  #count = 0;

  /** At most `most` parts, an even number. */
  constructor(most: number) {
    this.#most = most;
  }

  get length(): number {
    return this.#steps.length + this.#parts.length;
  }

  /** Takes the next number. */
  add(step: number, value: number): void {
    if (this.#every === 1) {
      this.#steps.push(step);
      this.#values.push(value);
    } else if (this.#count % this.#every === 0) this.#parts.push(single(step, value));
    else this.#parts.push(joined(this.#parts.pop()!, single(step, value)));
    this.#count += 1;
    if (this.length < this.#most || this.#count % this.#every !== 0) return;
    this.#parts = halved(this.parts());
    this.#steps.length = 0;
    this.#values.length = 0;
    this.#every *= 2;
  }

  /** The parts in order. */
  parts(): readonly SeriesPart[] {
    return this.#every === 1 ? this.#steps.map((step, i) => single(step, this.#values[i]!)) : this.#parts;
  }
}

/** Joins neighbours until at most `most` parts are left. */
export const fewerParts = (parts: readonly SeriesPart[], most: number): readonly SeriesPart[] => {
  let fewer = parts;
  while (fewer.length > Math.max(1, most)) fewer = halved(fewer);
  return fewer;
};

/** The points of parts: the least and the greatest of each, in the order of their steps. */
export const pointsOf = (parts: readonly SeriesPart[]): { readonly step: number; readonly value: number }[] =>
  parts.flatMap(({ lowStep, low, highStep, high }) => {
    const [a, b] = [
      { step: lowStep, value: low },
      { step: highStep, value: high },
    ];
    if (lowStep === highStep) return [a];
    return lowStep < highStep ? [a, b] : [b, a];
  });
