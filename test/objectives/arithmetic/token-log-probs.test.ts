/** Tests of the log-probs of given tokens. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { float32, int32, type Program } from "../../../src/engine/program.ts";
import { logProbsOfTargets, tokenLogProbs } from "../../../src/objectives/arithmetic/token-log-probs.ts";
import { compute, engines, floats, ints } from "../../laws/evaluate.ts";
import { finiteDifferences, logSoftmax } from "../reference.ts";

const positions = [
  [0, 1, 2, 3],
  [1, -2, 0.5, 3],
  [80, -80, 0, 0],
  [-3, 2, 2, 2],
];
const targets = [2, 0, 1, 3];

const program: Program<"logits" | "targets", "value" | "gradient"> = {
  name: "token-log-probs",
  inputs: { logits: float32(2, 2, 4), targets: int32(2, 2) },
  build: ({ logits, targets: tokens }) => ({
    value: tokenLogProbs(logits, tokens),
    gradient: tf.grad((z) => tf.sum(tokenLogProbs(z, tokens)))(logits),
  }),
};

describe.each(engines)("token log-probs on $name", ({ evaluate }) => {
  test("values and gradients are exact, also for a token that was nearly impossible", async () => {
    const { value, gradient } = await evaluate(program, {
      logits: Float32Array.from(positions.flat()),
      targets: Int32Array.from(targets),
    });
    for (const [i, position] of positions.entries()) {
      const exact = (logits: readonly number[]): number => logSoftmax(logits)[targets[i]!]!;
      expect(value[i]).toBeCloseTo(exact(position), 5);
      for (const [j, expected] of finiteDifferences(exact, position).entries()) expect(gradient[4 * i + j]).toBeCloseTo(expected, 6);
    }
  });
});

describe.each(engines)("log-probs of targets on $name", ({ evaluate }) => {
  test("are the entries of the targets, however small", async () => {
    const values = { logProbs: floats([1, 3, 3], [-1, -2, -200, -4, -5, -6, -7, -8, -9]), targets: ints([1, 3], [2, 0, 1]) };
    const { output } = await compute(evaluate, values, (inputs) => ({
      output: logProbsOfTargets(inputs["logProbs"] as tf.Tensor3D, inputs["targets"] as tf.Tensor2D),
    }));
    expect([...output]).toEqual([-200, -4, -8]);
  });
});
