/** What BLEU and chrF compare. */

/** A text with what it should be like. */
export interface Comparison {
  readonly candidate: string;
  /** At least one. */
  readonly references: readonly string[];
}

/** Refuses to compare with nothing. `RangeError` that names the metric. */
export const checkReferences = (metric: string, references: readonly string[]): void => {
  if (references.length === 0)
    throw new RangeError(`${metric}: expected at least one reference for each candidate, got none`);
};
