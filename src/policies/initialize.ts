/** The weights that a policy starts from. */
import { sizeOf } from "../engine/program.ts";
import { normal, stream } from "../random/stream.ts";
import { sharedNumbers } from "./shared-numbers.ts";
import type { ParameterSpec, Policy, Weights } from "./policy.ts";

const drawn = (name: string, { shape, initial }: ParameterSpec, seed: number): Float32Array => {
  const values = sharedNumbers(sizeOf(shape));
  if ("value" in initial) return values.fill(initial.value);
  const uniforms = stream(seed, "initialization", name);
  for (let i = 0; i < values.length; i += 1) values[i] = initial.standardDeviation * normal(uniforms);
  return values;
};

/** Draws every parameter by its own stream (seed, parameter name), so that adding a layer changes no other weight. */
export const initialWeights = (policy: Pick<Policy, "parameters">, seed: number): Weights =>
  Object.fromEntries(Object.entries(policy.parameters).map(([name, spec]) => [name, drawn(name, spec, seed)]));

/** Number of trainable numbers; a tied head counts once. */
export const parameterCount = (policy: Pick<Policy, "parameters">): number =>
  Object.values(policy.parameters).reduce((count, { shape }) => count + sizeOf(shape), 0);

/** The same of its layers alone, without the tables of tokens and positions; 0 for a policy that has none. */
export const layerParameterCount = ({ parameters }: Pick<Policy, "parameters">): number =>
  Object.entries(parameters).reduce(
    (count, [name, { shape }]) => count + (/\.\d+\./u.test(name) ? sizeOf(shape) : 0),
    0,
  );
