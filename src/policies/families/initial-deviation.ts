/** How far from zero the weights of a decoder start. */
import { Type } from "@sinclair/typebox";

/** Parameter of the families that are not told by HuggingFace how their weights start. */
export const initialDeviation = Type.Optional(
  Type.Number({
    exclusiveMinimum: 0,
    maximum: 10,
    description:
      "Standard deviation of the weights at the start; 1 / sqrt(width) when left out. What is added to the " +
      "residual stream starts smaller.",
  }),
);

/** The standard deviations at which weights start. */
export interface Deviations {
  /** Of all matrices but those of `residual`. */
  readonly matrix: number;
  /**
   * Of those whose product is added to the residual stream: 1 / sqrt(2 layers) of the others (Radford et al., 2019).
   */
  readonly residual: number;
}

/**
 * `initialDeviation`, or 1 / sqrt(width), by which a product keeps the variance of what goes in: 0.02 at width 2,500,
 * 0.125 at 64.
 */
export const deviationsOf = (values: {
  width: number;
  layers: number;
  initialDeviation?: number | undefined;
}): Deviations => {
  const matrix = values.initialDeviation ?? 1 / Math.sqrt(values.width);
  return { matrix, residual: matrix / Math.sqrt(2 * values.layers) };
};
