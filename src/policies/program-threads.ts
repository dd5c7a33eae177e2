/** How many threads a program of a policy makes use of. */
import { parameterCount } from "./initialize.ts";
import type { Policy } from "./policy.ts";

/**
 * Parameters from which the products of a draw, or of a teacher's pass, are large enough for several threads. Below it
 * several programs at once, with a thread each, do more: a draw of 4x128 took 2.4 ms a token on one thread and 2.8 on
 * two, one of 64 million parameters 42 and 25.
 */
const large = 2 ** 24;

/** Whether one program of the policy makes use of several threads. */
export const isLarge = (policy: Pick<Policy, "parameters">): boolean => parameterCount(policy) >= large;

/**
 * Threads of the programs of these policies, of `threads` that the run may use. It depends on the machine for large
 * policies alone: ONNX Runtime's sums may depend on it.
 */
export const programThreads = (policies: readonly Pick<Policy, "parameters">[], threads: number): number =>
  policies.some(isLarge) ? threads : 1;
