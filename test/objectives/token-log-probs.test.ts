/** Tests of the log-probs of given tokens. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { float32, int32, type Program } from "../../src/engine/program.ts";
import { tokenLogProbs } from "../../src/objectives/token-log-probs.ts";
import { engines } from "../laws/evaluate.ts";
import { finiteDifferences, logSoftmax } from "./reference.ts";

const places = [
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
      logits: Float32Array.from(places.flat()),
      targets: Int32Array.from(targets),
    });
    for (const [i, place] of places.entries()) {
      const exact = (logits: readonly number[]): number => logSoftmax(logits)[targets[i]!]!;
      expect(value[i]).toBeCloseTo(exact(place), 5);
      for (const [j, expected] of finiteDifferences(exact, place).entries()) expect(gradient[4 * i + j]).toBeCloseTo(expected, 6);
    }
  });
});
