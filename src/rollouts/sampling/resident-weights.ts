/** A policy's weights on an engine. */
import type { Buffer, Engine } from "../../engine/engine.ts";
import { float32, sizeOf } from "../../engine/program.ts";
import type { ParameterSpec, Weights } from "../../policies/policy.ts";

/**
 * Uploads every one of `parameters`, by its name. `RangeError`, which begins with `who`, when an array does not fit;
 * then nothing is uploaded.
 */
export const uploadWeights = (
  engine: Engine,
  parameters: Readonly<Record<string, ParameterSpec>>,
  weights: Weights,
  who: string,
): Record<string, Buffer> => {
  const all = Object.entries(parameters);
  for (const [name, { shape }] of all) {
    if (weights[name]?.length !== sizeOf(shape))
      throw new RangeError(
        `${who}: expected ${sizeOf(shape)} values for ${name}, got ${weights[name]?.length ?? "none"}`,
      );
  }
  return Object.fromEntries(all.map(([name, { shape }]) => [name, engine.upload(weights[name]!, float32(...shape))]));
};
