/** AdamW: the laws of an optimizer, beside PyTorch's, and the step's scalars. */
import { expect, test } from "vitest";
import { adamw } from "../../../src/training/optimizers/adamw.ts";
import { optimizerLaws } from "../../laws/optimizer.laws.ts";

optimizerLaws("adamw");

test("the step's scalars are those of algorithm 2", () => {
  const optimizer = adamw({ learningRate: 0.02, beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.3 });
  const { stepSize, epsilon, keep } = optimizer.scalars(0.5, 3);
  const correction = Math.sqrt(1 - 0.95 ** 3);
  expect(stepSize).toBeCloseTo((0.01 * correction) / (1 - 0.8 ** 3), 12);
  expect(epsilon).toBeCloseTo(1e-6 * correction, 15);
  expect(keep).toBeCloseTo(1 - 0.01 * 0.3, 12);
});
