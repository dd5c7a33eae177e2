/** The coordinates of a completion: what the numbers that draw its tokens are a function of. */
import { stream } from "../../random/stream.ts";

/** Run seed; step, or "evaluation", "teacher" and the like; index of the prompt; sample. */
export type Coordinates = readonly [seed: number, step: number | string, prompt: number, sample: number];

/**
 * The uniform numbers in [0, 1) of a completion, one for each token in order, however many of them are drawn at once.
 */
export const numbersAt = ([seed, ...rest]: Coordinates): (() => number) => stream(seed, "sampling", ...rest);
