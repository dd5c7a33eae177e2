/**
 * Streams of numbers from coordinates: the same coordinates give the same numbers, whatever was drawn before, in any
 * order, on any thread.
 */
import seedrandom from "seedrandom";

/** What the numbers are for; keeps streams of different uses apart. */
export type Purpose =
  | "initialization"
  | "task"
  | "sampling"
  | "data-order"
  | "coin"
  | "replay"
  | "sweep"
  | "bootstrap"
  | "check"
  | "test";

/** Uniform numbers in [0, 1), 53 bits each. */
export type Uniforms = () => number;

/**
 * The stream at (run seed, purpose, coordinates...), for example (7, "sampling", step, prompt, sample); its t-th number
 * belongs to token t. `RangeError` for a coordinate that is not a whole number.
 */
export const stream = (seed: number, purpose: Purpose, ...coordinates: readonly (number | string)[]): Uniforms => {
  for (const coordinate of [seed, ...coordinates]) {
    if (typeof coordinate === "number" && !Number.isInteger(coordinate)) {
      throw new RangeError(`stream: expected whole numbers as coordinates, got ${coordinate} for ${purpose}`);
    }
  }
  const uniforms = seedrandom.alea([seed, purpose, ...coordinates].join("/"));
  return () => uniforms.double();
};

/** A standard normal number from two uniform ones (Box and Muller, 1958). */
export const normal = (uniforms: Uniforms): number =>
  Math.sqrt(-2 * Math.log(1 - uniforms())) * Math.cos(2 * Math.PI * uniforms());

/** A whole number in [low, high], both included. */
export const integer = (uniforms: Uniforms, low: number, high: number): number =>
  low + Math.floor(uniforms() * (high - low + 1));

/** One of them, each as likely as another; of at least one. */
export const pick = <T>(uniforms: Uniforms, choices: readonly T[]): T =>
  choices[integer(uniforms, 0, choices.length - 1)]!;
