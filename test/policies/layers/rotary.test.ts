/** Rotary position embedding. */
import type * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../../src/engine/program.ts";
import { describe, expect, test } from "vitest";
import { rotaryAt, rotate } from "../../../src/policies/layers/rotary.ts";
import { rotaryCases, rotaryPositions } from "../../fixtures/rotary-cases.ts";
import { compute, engines, expectGradients, farthest, ints, noise } from "../../laws/evaluate.ts";

const sizes = { headWidth: 4, ropeTheta: 100 };
const shape = [2, 3, 2, 4];
const positions = ints([2, 2], [0, 1, 7, 11]);

const build = (inputs: NamedTensors): tf.Tensor4D =>
  rotate(inputs["x"] as tf.Tensor4D, rotaryAt(inputs["positions"] as tf.Tensor2D, 12, sizes));

const referencePositions = ints([1, rotaryPositions.length], rotaryPositions);

describe.each(engines)("angles on $name", ({ evaluate }) => {
  test.each(rotaryCases)("of $name have the cosines and sines of transformers up to position 8191", async ({ sizes: real, cos, sin }) => {
    const found = await compute(evaluate, { positions: referencePositions }, (inputs) => ({
      ...rotaryAt(inputs["positions"] as tf.Tensor2D, 8192, real),
    }));
    expect(farthest(found.cos, cos.flat())).toBeLessThan(1e-4);
    expect(farthest(found.sin, sin.flat())).toBeLessThan(1e-4);
  });
});

describe.each(engines)("rotate on $name", ({ evaluate }) => {
  test("turns channel i with channel i + W / 2 by position * theta^(-2i / W)", async () => {
    const x = noise("x", shape);
    const { y } = await compute(evaluate, { x, positions }, (inputs) => ({ y: build(inputs) }));
    const expected = Array.from(x.data, (value: number, at) => {
      const channel = at % 4;
      const [batch, token] = [Math.floor(at / 24), Math.floor(at / 4) % 2];
      const angle = positions.data[2 * batch + token]! * 100 ** (-(channel % 2) / 2);
      const other = x.data[channel < 2 ? at + 2 : at - 2]!;
      return value * Math.cos(angle) + (channel < 2 ? -other : other) * Math.sin(angle);
    });
    expect(farthest(y, expected)).toBeLessThan(1e-5);
  });

  test("products of queries and keys depend on the distance only", async () => {
    const x = noise("x", shape);
    const product = async (pair: number[]): Promise<number> => {
      const { y } = await compute(evaluate, { x, positions: ints([2, 2], pair) }, (inputs) => ({ y: build(inputs) }));
      return [0, 1, 2, 3].reduce((sum, i) => sum + y[i]! * y[4 + i]!, 0);
    };
    expect(Math.abs((await product([1, 3, 0, 0])) - (await product([7, 9, 0, 0])))).toBeLessThan(1e-5);
    expect(Math.abs((await product([1, 3, 0, 0])) - (await product([1, 4, 0, 0])))).toBeGreaterThan(1e-3);
  });

  test("the gradient agrees with finite differences", async () => {
    await expectGradients(evaluate, { x: noise("x", shape), positions }, ["x"], noise("sum", shape), build);
  });
});
