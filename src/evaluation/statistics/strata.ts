/** Numbers in strata: one list for each setting that was tried, with a number for each seed. */

/** One list a stratum, one number a seed; lists may be of unlike lengths. */
export type Strata = readonly (readonly number[])[];

/** The arithmetic mean. NaN of nothing. */
export const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;

/** The mean of the strata's means: each setting counts the same, however many seeds it has. */
export const meanOfMeans = (strata: Strata): number => mean(strata.map(mean));

/** `RangeError` unless there is a stratum, none is empty, and every number is finite. */
export const checkStrata = (name: string, strata: Strata): void => {
  if (strata.length === 0) throw new RangeError(`${name}: expected at least one stratum, got none`);
  for (const [index, stratum] of strata.entries()) {
    if (stratum.length === 0)
      throw new RangeError(`${name}: expected at least one number in each stratum, got none in stratum ${index}`);
    const odd = stratum.find((value) => !Number.isFinite(value));
    if (odd !== undefined) throw new RangeError(`${name}: expected finite numbers, got ${odd} in stratum ${index}`);
  }
};
