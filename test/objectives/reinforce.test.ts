/** Tests of REINFORCE. That its expected gradient is that of the expected reward is in `exactness.test.ts`. */
import { describe, expect, test } from "vitest";
import { shapedAdvantages } from "../../src/objectives/advantages/shaped.ts";
import { averages } from "../../src/objectives/arithmetic/averages.ts";
import { leaveOneOut } from "../../src/objectives/baselines/leave-one-out.ts";
import { noBaseline } from "../../src/objectives/baselines/none.ts";
import { reinforce } from "../../src/objectives/reinforce.ts";
import { objectiveLaws, objectiveProgram } from "../laws/objective.laws.ts";
import { engines } from "../laws/evaluate.ts";
import { logSoftmax } from "./reference.ts";

const metrics = ["objective/reinforce", "policy/entropy"];

/** [2, 2, 3]; the first sequence has two tokens, the second one. */
const batch = {
  studentLogits: Float32Array.of(0.5, -1, 2, 0, 1, 0, -2, 0.3, 1, 9, 9, 9),
  targets: Int32Array.of(0, 1, 2, 0),
  completionMask: Float32Array.of(1, 1, 1, 0),
  teacherLogProbs: new Float32Array(12),
  advantages: Float32Array.of(2, -3),
};
const logProb = (position: number, temperature = 1): number =>
  logSoftmax(batch.studentLogits.slice(3 * position, 3 * position + 3).map((z) => z / temperature))[batch.targets[position]!]!;

describe.each(engines)("REINFORCE on $name", ({ evaluate }) => {
  for (const average of Object.values(averages))
    objectiveLaws(reinforce({ advantages: shapedAdvantages({ baseline: noBaseline }), average }), { evaluate, metrics });
  objectiveLaws(reinforce({ advantages: shapedAdvantages({ baseline: leaveOneOut }), studentTemperature: 1.5 }), { evaluate, metrics });

  test.each([
    ["sequence", (logProb(0) + logProb(1)) / 2 - (3 / 2) * logProb(2)],
    ["token", (2 * (logProb(0) + logProb(1)) - 3 * logProb(2)) / 3],
    ["sum", logProb(0) + logProb(1) - (3 / 2) * logProb(2)],
    ["constant", (logProb(0) + logProb(1) - (3 / 2) * logProb(2)) / 2],
  ] as const)("%s: minus advantage times log-prob", async (name, expected) => {
    const objective = reinforce({ advantages: shapedAdvantages({ baseline: noBaseline }), average: averages[name] });
    const { loss } = await evaluate(objectiveProgram(objective, [2, 2, 3]), batch);
    expect(loss![0]).toBeCloseTo(-expected, 5);
  });

  test("a step down the gradient makes better completions likelier and worse ones less likely", async () => {
    const { gradient } = await evaluate(
      objectiveProgram(reinforce({ advantages: shapedAdvantages({ baseline: noBaseline }) }), [2, 2, 3]),
      batch,
    );
    expect(gradient![0]).toBeLessThan(0);
    expect(gradient![6 + 2]).toBeGreaterThan(0);
  });

  test("sequences with advantage zero get no gradient", async () => {
    const program = objectiveProgram(reinforce({ advantages: shapedAdvantages({ baseline: noBaseline }) }), [2, 2, 3]);
    const { gradient } = await evaluate(program, { ...batch, advantages: Float32Array.of(2, 0) });
    expect([...gradient!].map((g) => g !== 0)).toEqual(Array.from({ length: 12 }, (_, i) => i < 6));
  });

  test("the student's temperature is in the log-probs", async () => {
    const objective = reinforce({ advantages: shapedAdvantages({ baseline: noBaseline }), average: averages.sum, studentTemperature: 2 });
    const { loss } = await evaluate(objectiveProgram(objective, [2, 2, 3]), batch);
    expect(loss![0]).toBeCloseTo(-(logProb(0, 2) + logProb(1, 2) - (3 / 2) * logProb(2, 2)), 5);
  });
});

test("it carries its estimator of advantages", () => {
  const advantages = shapedAdvantages({ baseline: leaveOneOut });
  expect(reinforce({ advantages }).advantages).toBe(advantages);
});

test("a negative temperature is refused", () => {
  expect(() => reinforce({ advantages: shapedAdvantages({ baseline: noBaseline }), studentTemperature: -1 })).toThrow(
    /reinforce: expected a student temperature/,
  );
});
