/** Drawing tokens. */
import type * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { stream } from "../../../src/random/stream.ts";
import { drawFrom, likeliest } from "../../../src/rollouts/decoding/draw-token.ts";
import { narrowed } from "../../../src/rollouts/decoding/shaping.ts";
import { compute, engines, farthest, floats, noise, type Evaluate } from "../../laws/evaluate.ts";

const drawAll = async (evaluate: Evaluate, logits: readonly number[], uniforms: readonly number[], temperature: number) => {
  const values = {
    logits: floats(
      [uniforms.length, logits.length],
      uniforms.flatMap(() => logits),
    ),
    uniforms: floats([uniforms.length], uniforms),
  };
  const { token, logProb } = await compute(evaluate, values, (inputs) => ({
    ...(temperature === 0
      ? likeliest(inputs["logits"] as tf.Tensor2D)
      : drawFrom(narrowed(inputs["logits"] as tf.Tensor2D, { temperature }), inputs["uniforms"] as tf.Tensor1D)),
  }));
  return { tokens: [...token], logProbs: [...logProb] };
};

const softmax = (logits: readonly number[], temperature: number): number[] => {
  const powers = logits.map((x) => Math.exp(x / temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((p) => p / sum);
};

describe.each(engines)("draw on $name", ({ evaluate }) => {
  test.each([1, 0.5, 2])("gives each token its share of [0, 1) at temperature %d", async (temperature) => {
    const logits = [0.3, -1, 2, 0];
    const count = 4096;
    const { tokens, logProbs } = await drawAll(
      evaluate,
      logits,
      Array.from({ length: count }, (_, i) => (i + 0.5) / count),
      temperature,
    );
    const expected = softmax(logits, temperature);
    expect(tokens.every((token, i) => i === 0 || token >= tokens[i - 1]!)).toBe(true);
    expected.forEach((p, id) => {
      expect(Math.abs(tokens.filter((token) => token === id).length / count - p)).toBeLessThan(1 / count + 1e-6);
    });
    expect(
      farthest(
        logProbs,
        tokens.map((token) => Math.log(expected[token]!)),
      ),
    ).toBeLessThan(1e-5);
  });

  test("temperature 0 takes the likeliest token with certainty", async () => {
    expect(await drawAll(evaluate, [0, 3, 1], [0, 0.5, 0.999], 0)).toEqual({ tokens: [1, 1, 1], logProbs: [0, 0, 0] });
  });

  test("a token of probability zero is not drawn, at either end of [0, 1]", async () => {
    const logits = [-1e4, 0, -1e4, 1, -1e4];
    const { tokens } = await drawAll(evaluate, logits, [0, 1 / (1 + Math.E) - 1e-6, 1 / (1 + Math.E) + 1e-6, 1 - 2 ** -24, 1], 1);
    expect(tokens).toEqual([1, 1, 3, 3, 3]);
  });

  test("rounding of a long sum leaves no token out of range", async () => {
    const logits = [...noise("logits", [5000]).data];
    const uniforms = stream(3, "test");
    const { tokens, logProbs } = await drawAll(evaluate, logits, [...Array.from({ length: 13 }, uniforms), 1 - 2 ** -24, 1], 1);
    expect(tokens.every((token) => token >= 0 && token < 5000)).toBe(true);
    expect(logProbs.every((p) => Number.isFinite(p) && p < 0)).toBe(true);
  });

  test("logits of -infinity are never drawn and leave log-probs finite", async () => {
    const { tokens, logProbs } = await drawAll(evaluate, [-Infinity, 0, -Infinity], [0, 0.5, 1], 0.7);
    expect(tokens).toEqual([1, 1, 1]);
    expect(logProbs.every((p) => Math.abs(p) < 1e-6)).toBe(true);
  });
});
