/** Where rows end. */
import type * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { lastPlace } from "../../../src/policies/layers/last-place.ts";
import { compute, engines, floats } from "../../laws/evaluate.ts";

test.each(engines)("on $name, the last token of a row is found whichever side is padded", async ({ evaluate }) => {
  const mask = floats([5, 4], [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1, 0]);
  const { last } = await compute(evaluate, { mask }, (inputs) => ({ last: lastPlace(inputs["mask"] as tf.Tensor2D) }));
  expect(Array.from(last)).toEqual([3, 1, 3, 0, 2]);
});
