/** SGD: the laws of an optimizer, beside PyTorch's, and what is kept only with momentum. */
import { expect, test } from "vitest";
import { sgd } from "../../../src/training/optimizers/sgd.ts";
import { optimizerLaws } from "../../laws/optimizer.laws.ts";

optimizerLaws("sgd");

const settings = { learningRate: 0.1, momentum: 0.9, nesterov: false, weightDecay: 0 };
const matrix = { name: "layers.0.weight", shape: [2, 3] };

test("an array is kept with momentum alone", () => {
  expect(sgd(settings).rule(matrix).slots(matrix.shape)).toEqual({ momentum: [2, 3] });
  expect(
    sgd({ ...settings, momentum: 0 })
      .rule(matrix)
      .slots(matrix.shape),
  ).toEqual({});
});

test("Nesterov's momentum without any is refused", () => {
  expect(() => sgd({ ...settings, momentum: 0, nesterov: true })).toThrow(
    new RangeError("sgd: expected a momentum above 0 with nesterov, got 0; leave nesterov out, or take 0.9"),
  );
});
