/** The linear layer. */
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { conv1d, linear } from "../../../src/policies/layers/linear.ts";
import { compute, engines, expectGradients, farthest, floats, noise } from "../../laws/evaluate.ts";

test.each(engines)("on $name, a row of the output is a row of x times each row of the weight", async ({ evaluate }) => {
  const values = { x: floats([2, 2], [1, 2, 3, 4]), "p.weight": floats([3, 2], [1, 0, 0, 1, 1, -1]) };
  const { y } = await compute(evaluate, values, (inputs) => ({ y: linear(inputs, "p", inputs["x"] as tf.Tensor2D) }));
  expect(y).toEqual(Float32Array.of(1, 2, -1, 3, 4, -1));
});

const rows = { x: noise("x", [4, 3]), "p.weight": noise("weight", [2, 3]) };
const adapter = { "p.lora_A.weight": noise("a", [1, 3]), "p.lora_B.weight": noise("b", [2, 1]) };

test.each(engines)("on $name, a bias and an adapter are added where there are any", async ({ evaluate }) => {
  const bias = floats([2], [10, 20]);
  const { plain, biased, adapted } = await compute(evaluate, { ...rows, ...adapter, bias }, (inputs) => {
    const x = inputs["x"] as tf.Tensor2D;
    const own = { "p.weight": inputs["p.weight"]! };
    const change = tf.matMul(inputs["p.lora_B.weight"]!, inputs["p.lora_A.weight"]!);
    return {
      plain: linear({ "p.weight": tf.add(own["p.weight"], change) }, "p", x),
      biased: tf.sub(linear({ ...own, "p.bias": inputs["bias"]! }, "p", x), linear(own, "p", x)),
      adapted: linear(inputs, "p", x),
    };
  });
  expect(farthest(biased, [10, 20, 10, 20, 10, 20, 10, 20])).toBeLessThan(1e-5);
  expect(farthest(adapted, [...plain])).toBeLessThan(1e-5);
});

test.each(engines)("on $name, gradients agree with finite differences", async ({ evaluate }) => {
  const values = { ...rows, ...adapter, "p.bias": noise("bias", [2]) };
  await expectGradients(evaluate, values, Object.keys(values), noise("sum", [4, 2]), (inputs) =>
    linear(inputs, "p", inputs["x"] as tf.Tensor2D),
  );
});

test.each(engines)("on $name, conv1d is linear with the weight's transpose, its gradients included", async ({ evaluate }) => {
  const values = { ...rows, ...adapter, "p.bias": noise("bias", [2]) };
  const { straight, across } = await compute(evaluate, values, (inputs) => {
    const x = inputs["x"] as tf.Tensor2D;
    return {
      straight: linear(inputs, "p", x),
      across: conv1d({ ...inputs, "p.weight": tf.transpose(inputs["p.weight"]!) }, "p", x),
    };
  });
  expect(farthest(across, [...straight])).toBeLessThan(1e-5);
  const turned = { ...values, "p.weight": noise("weight", [3, 2]) };
  await expectGradients(evaluate, turned, Object.keys(turned), noise("sum", [4, 2]), (inputs) =>
    conv1d(inputs, "p", inputs["x"] as tf.Tensor2D),
  );
});
