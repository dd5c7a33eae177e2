/** A law: what holds for every part of a kind, with what was found where it does not. */

/** What became of one law. */
export interface LawResult {
  readonly law: string;
  readonly passed: boolean;
  /** True where it does not hold, and need not: a warning. */
  readonly warned?: true;
  /** What was found, in words: why it failed, or what was measured. */
  readonly detail: string;
}

/** Tries a law: `body` throws what is wrong, and may say what it measured. */
export const tryLaw = async (law: string, body: () => Promise<string | void> | string | void): Promise<LawResult> => {
  try {
    return { law, passed: true, detail: (await body()) ?? "" };
  } catch (error) {
    return { law, passed: false, detail: error instanceof Error ? error.message : String(error) };
  }
};

/** `RangeError` with the message unless the condition holds. */
export const demand = (condition: boolean, message: () => string): void => {
  if (!condition) throw new RangeError(message());
};

/** `RangeError` that names the first number that is not finite. */
export const demandFinite = (what: string, values: ArrayLike<number>): void => {
  const found = Array.from(values).findIndex((value) => !Number.isFinite(value));
  demand(found < 0, () => `expected finite numbers in ${what}, got ${values[found]} at ${found}`);
};

/** Largest difference of two arrays, each next to max(1, |expected|). `RangeError` when they differ in length. */
const farthest = (actual: ArrayLike<number>, expected: ArrayLike<number>): number => {
  demand(actual.length === expected.length, () => `expected ${expected.length} values, got ${actual.length}`);
  let worst = 0;
  for (let i = 0; i < expected.length; i += 1)
    worst = Math.max(worst, Math.abs(actual[i]! - expected[i]!) / Math.max(1, Math.abs(expected[i]!)));
  return worst;
};

/** `RangeError` when two arrays are farther apart than `tolerance`; says how far they are where they are not. */
export const demandClose = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): string => {
  const distance = farthest(actual, expected);
  demand(distance <= tolerance, () => `expected a difference of at most ${tolerance}, got ${distance.toPrecision(3)}`);
  return `largest difference ${distance.toPrecision(2)}`;
};
