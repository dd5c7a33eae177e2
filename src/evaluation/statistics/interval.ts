/** Where a number is, as far as a few seeds can tell. */

/**
 * An interval that covers the truth in a share `level` of all repetitions. Ends may be infinite where one seed says
 * nothing of the spread.
 */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** In (0, 1), for example 0.95. */
  readonly level: number;
}

/** `RangeError` unless the level is in (0, 1). */
export const checkLevel = (name: string, level: number): void => {
  if (!(level > 0 && level < 1)) throw new RangeError(`${name}: expected a level between 0 and 1, got ${level}`);
};
