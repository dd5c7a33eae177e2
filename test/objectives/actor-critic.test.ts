/** Tests of actor-critic: its laws, no bias at any value, less variance at a good one, and the gradient that teaches the value. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { actorCritic } from "../../src/objectives/actor-critic.ts";
import { averages } from "../../src/objectives/arithmetic/averages.ts";
import { compute, engines, floats, ints, type Evaluate } from "../laws/evaluate.ts";
import { objectiveLaws } from "../laws/objective.laws.ts";
import {
  expectedGradient,
  expectedValue,
  expectSame,
  forms,
  gradientOf,
  prefixSignal,
  probabilitiesOf,
  rewardsOf,
  rowGradients,
  tableOf,
  variance,
  type Completion,
} from "./enumeration.ts";

const metrics = ["objective/actor-critic", "policy/value-error", "policy/entropy"];
const student = tableOf("student");

const gradients = (evaluate: Evaluate, completions: readonly Completion[], value: (prefix: Completion) => number) =>
  rowGradients(evaluate, actorCritic({ average: averages.sum }), student, completions, {
    rewards: Float32Array.from(rewardsOf(completions)),
    values: prefixSignal(value, completions),
  });

/** E[r | prefix], in double precision. */
const bestValue = (completions: readonly Completion[]): ((prefix: Completion) => number) => {
  const [q, rewards] = [probabilitiesOf(student, completions), rewardsOf(completions)];
  return (prefix) => {
    const after = [...completions.keys()].filter((i) => prefix.every((token, t) => completions[i]![t] === token));
    const chance = after.reduce((sum, i) => sum + q[i]!, 0);
    return after.reduce((sum, i) => sum + q[i]! * rewards[i]!, 0) / chance;
  };
};

describe.each(engines)("actor-critic on $name", ({ evaluate }) => {
  objectiveLaws(actorCritic(), { evaluate, metrics });
  objectiveLaws(actorCritic({ valueWeight: 2, average: averages.token, studentTemperature: 1.5 }), { evaluate, metrics });

  test.each(forms)("with %s: unbiased for the reward at any value, and of least variance at the true one", async (_, completions) => {
    const q = probabilitiesOf(student, completions);
    const exact = gradientOf((table) => expectedValue(table, completions, rewardsOf(completions)), student);
    const best = bestValue(completions);
    const values = [() => 0, (prefix: Completion) => 3 * prefix.length - (prefix[0] ?? 1), () => best([]), best];
    const found = await Promise.all(values.map((value) => gradients(evaluate, completions, value)));
    for (const estimate of found) expectSame(expectedGradient(q, estimate), exact, -1, 1e-6);
    const [none, , constant, learned] = found.map((estimate) => variance(q, estimate));
    expect(constant).toBeLessThan(none!);
    expect(learned).toBeLessThan(constant!);
  });

  test("the value's gradient is its error times its weight, of the student's tokens alone, and none comes from the policy's term", async () => {
    const batch = {
      logits: floats([3, 2, 3], [0.5, -1, 2, 0, 1, 0, -2, 0.3, 1, 9, 9, 9, 1, 2, 3, 3, 2, 1]),
      targets: ints([3, 2], [0, 1, 2, 0, 0, 0]),
      completionMask: floats([3, 2], [1, 1, 1, 0, 1, 1]),
      rewards: floats([3], [2, -1, 0]),
      values: floats([3, 2], [1, 4, -3, 7, 5, 5]),
      fromStudent: floats([3], [1, 1, 0]),
    };
    const objective = actorCritic({ valueWeight: 0.5, average: averages.sum });
    const { gradient, error } = await compute(evaluate, batch, ({ logits, ...inputs }) => {
      const at = (values: tf.Tensor) => objective.loss(logits as tf.Tensor3D, { ...inputs, values } as never);
      return {
        gradient: tf.grad((values) => at(values).loss)(inputs["values"]!),
        error: at(inputs["values"]!).metrics["policy/value-error"]!,
      };
    });
    expectSame([...gradient], [-1, 2, -2, 0, 0, 0], 0.5 / 3);
    expect(error[0]).toBeCloseTo((1 + 4 + 4) / 3, 6);
  });
});

test("the rewards are those of its estimator", () => {
  expect(actorCritic().needs).toEqual(["rewards", "values", "fromStudent"]);
  expect(actorCritic().advantages?.name).toBe("scale 1, clip Infinity, none, normalize none");
});

test("settings outside their ranges are refused", () => {
  for (const valueWeight of [0, -1, Number.NaN, Infinity])
    expect(() => actorCritic({ valueWeight })).toThrow(/actor-critic: expected a value weight above 0/);
  expect(() => actorCritic({ studentTemperature: 0 })).toThrow(/actor-critic: expected a student temperature/);
});
