/** Tests of the entropy bonus: its laws, and what its expected gradient is and is not. */
import { describe, expect, test } from "vitest";
import { averages } from "../../src/objectives/arithmetic/averages.ts";
import { entropyBonus } from "../../src/objectives/entropy-bonus.ts";
import { engines } from "../laws/evaluate.ts";
import { objectiveLaws, objectiveProgram } from "../laws/objective.laws.ts";
import {
  atPrefixes,
  distance,
  expectation,
  expectedGradient,
  expectSame,
  forms,
  gradientOf,
  logProbsOf,
  probabilitiesOf,
  rowGradients,
  tableOf,
} from "./enumeration.ts";
import { logSoftmax } from "./reference.ts";

const student = tableOf("student");

const entropyOf = (logits: ArrayLike<number>): number => {
  const logProbs = logSoftmax(logits);
  return -logProbs.reduce((sum, logProb) => sum + Math.exp(logProb) * logProb, 0);
};

describe.each(engines)("entropy bonus on $name", ({ evaluate }) => {
  objectiveLaws(entropyBonus(), { evaluate, metrics: ["objective/entropy-bonus"] });
  objectiveLaws(entropyBonus({ average: averages.token, studentTemperature: 2 }), { evaluate, metrics: ["objective/entropy-bonus"] });

  test.each(forms)(
    "with %s it raises the entropy at the prefixes that were met, and not that of whole sequences",
    async (_, completions) => {
      const q = probabilitiesOf(student, completions);
      const found = expectedGradient(q, await rowGradients(evaluate, entropyBonus({ average: averages.sum }), student, completions, {}));
      const atFixed = gradientOf(
        (table) => atPrefixes((__, logits) => entropyOf(logits), { drawnBy: student, teacher: student, student: table }, completions),
        student,
      );
      expectSame(found, atFixed, -1);
      const ofSequences = gradientOf((table) => -expectation(probabilitiesOf(table, completions), logProbsOf(table, completions)), student);
      expect(distance(atFixed, ofSequences)).toBeGreaterThan(0.05);
    },
  );

  test("its value is minus the mean entropy, over the student's sequences, all sequences counted", async () => {
    const studentLogits = Float32Array.of(0.5, -1, 2, 0, 1, 0, -2, 0.3, 1, 9, 9, 9);
    const program = objectiveProgram(entropyBonus({ studentTemperature: 2 }), [2, 2, 3]);
    const { loss } = await evaluate(program, {
      studentLogits,
      targets: new Int32Array(4),
      completionMask: Float32Array.of(1, 1, 1, 0),
      fromStudent: Float32Array.of(1, 0),
    });
    const [a, b] = [studentLogits.slice(0, 3), studentLogits.slice(3, 6)].map((logits) => entropyOf(logits.map((z) => z / 2)));
    expect(loss![0]).toBeCloseTo(-(a! + b!) / 4, 6);
  });
});

test("a temperature of zero is refused", () => {
  expect(() => entropyBonus({ studentTemperature: 0 })).toThrow(/entropy-bonus: expected a student temperature/);
});
