/** Looks up a parameter by name. */
import type * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../engine/program.ts";

/**
 * The parameter called `name`; `R` is its rank by the policy's own `ParameterSpec`. `RangeError` names one that is
 * missing.
 */
export const parameter = <R extends tf.Rank = tf.Rank.R2>(parameters: NamedTensors, name: string): tf.Tensor<R> => {
  const value = parameters[name];
  if (value === undefined) {
    throw new RangeError(
      `expected a parameter "${name}", got ${Object.keys(parameters).length} others; pass every name of ` +
        "policy.parameters",
    );
  }
  return value as tf.Tensor<R>;
};
