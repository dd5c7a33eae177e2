/** Tests of the log-probs of given tokens. */
import type * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { logProbsOfTargets } from "../../src/objectives/target-log-probs.ts";
import { compute, engines, floats, ints } from "../laws/evaluate.ts";

describe.each(engines)("log-probs of targets on $name", ({ evaluate }) => {
  test("are the entries of the targets, however small", async () => {
    const values = { logProbs: floats([1, 3, 3], [-1, -2, -200, -4, -5, -6, -7, -8, -9]), targets: ints([1, 3], [2, 0, 1]) };
    const { output } = await compute(evaluate, values, (inputs) => ({
      output: logProbsOfTargets(inputs["logProbs"] as tf.Tensor3D, inputs["targets"] as tf.Tensor2D),
    }));
    expect([...output]).toEqual([-200, -4, -8]);
  });
});
