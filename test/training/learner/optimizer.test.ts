/** AdamW against PyTorch's, step by step; the fixture is made by test/fixtures/adamw_reference.py in float64. */
import { readFileSync } from "node:fs";
import type * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { clipFactor, globalNorm } from "../../../src/training/learner/gradients.ts";
import { adamw, stepScalars, type StepScalars } from "../../../src/training/learner/optimizer.ts";
import { compute, engines, floats, type Value } from "../../laws/evaluate.ts";

interface Reference {
  readonly settings: { learningRate: number; beta1: number; beta2: number; epsilon: number; weightDecay: number };
  readonly clipNorm: number;
  readonly initial: Record<"matrix" | "vector", number[]>;
  readonly steps: readonly {
    factor: number;
    gradients: Record<"matrix" | "vector", number[]>;
    norm: number;
    matrix: number[];
    vector: number[];
  }[];
}

const reference = JSON.parse(readFileSync("test/fixtures/adamw_reference.json", "utf8")) as Reference;
const settings = { type: "adamw", ...reference.settings } as const;
const names = ["matrix", "vector"] as const;
const scalar = (value: number): Value => floats([], [value]);

/** What is carried from step to step: each parameter with its moments. */
type State = Record<string, Value>;

const initial: State = Object.fromEntries(
  names.flatMap((name) => {
    const values = reference.initial[name];
    const zeros = floats([values.length], new Float32Array(values.length));
    return [
      [name, floats([values.length], values)],
      [`${name}/first`, zeros],
      [`${name}/second`, zeros],
    ];
  }),
);

const expectClose = (actual: ArrayLike<number>, expected: readonly number[]): void => {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => expect(Math.abs(actual[i]! - value)).toBeLessThan(2e-6));
};

describe.each(engines)("adamw on $name", ({ evaluate }) => {
  test("makes PyTorch's steps: bias corrections, decay of the matrix alone, clipping, and a learning rate that changes", async () => {
    let state = initial;
    for (const [index, { factor, gradients, norm, ...expected }] of reference.steps.entries()) {
      const values = {
        ...state,
        ...Object.fromEntries(names.map((name) => [`${name}/gradient`, floats([gradients[name].length], gradients[name])])),
        ...Object.fromEntries(Object.entries(stepScalars(settings, factor, index + 1)).map(([name, value]) => [name, scalar(value)])),
      };
      const outputs = await compute(evaluate, values, (inputs) => {
        const total = globalNorm(Object.fromEntries(names.map((name) => [name, inputs[`${name}/gradient`]!])));
        const next: Record<string, tf.Tensor> = { norm: total };
        for (const name of names) {
          const moments = { parameter: inputs[name]!, first: inputs[`${name}/first`]!, second: inputs[`${name}/second`]! };
          const gradient = { value: inputs[`${name}/gradient`]!, scale: clipFactor(total, reference.clipNorm) };
          const { parameter, first, second } = adamw(settings, moments, gradient, inputs as unknown as StepScalars, name === "matrix");
          Object.assign(next, { [name]: parameter, [`${name}/first`]: first, [`${name}/second`]: second });
        }
        return next;
      });
      expect(outputs["norm"]![0]).toBeCloseTo(norm, 5);
      for (const name of names) expectClose(outputs[name]!, expected[name]);
      state = Object.fromEntries(Object.keys(state).map((name) => [name, floats([outputs[name]!.length], outputs[name]!)]));
    }
    expect(reference.steps.some(({ norm }) => norm < reference.clipNorm)).toBe(true);
    expect(reference.steps.some(({ norm }) => norm > reference.clipNorm)).toBe(true);
  });
});

test("the step's scalars are those of algorithm 2", () => {
  const { stepSize, epsilon, keep } = stepScalars(settings, 0.5, 3);
  const correction = Math.sqrt(1 - 0.95 ** 3);
  expect(stepSize).toBeCloseTo((0.01 * correction) / (1 - 0.8 ** 3), 12);
  expect(epsilon).toBeCloseTo(1e-6 * correction, 15);
  expect(keep).toBeCloseTo(1 - 0.01 * 0.3, 12);
});
