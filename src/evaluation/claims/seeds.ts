/** Which values of an experiment are seeds: trials that differ in nothing else are repeats of one setting. */

/**
 * The run's seed, the one that its task is drawn with (in values and as files write it), and the same two of stages. A
 * judge's seed is a value of its reward: it asks for other answers.
 */
const seeds = /^(?:\/stages\/[^/]+)?\/(?:seed|taskSeed|task\/seed)$/u;

/** Whether a pointer leads to a seed. */
export const isSeed = (pointer: string): boolean => seeds.test(pointer);
