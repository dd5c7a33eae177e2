/** The middle of measured times. */
import jstat from "jstat";

/** The value in the middle, or the mean of the two there; NaN for none. */
export const median = (values: readonly number[]): number => jstat.jStat.median(values);
