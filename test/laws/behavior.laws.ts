/** What every behavior with a mixture must hold, on whatever engine it runs. */
import type * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import type { Behavior } from "../../src/rollouts/behaviors/behavior.ts";
import { compute, engines, farthest, floats, noise, type Evaluate } from "./evaluate.ts";

/** Rows of log-probs in nats, each summing to one in double precision before they are rounded. */
export const logSoftmaxRows = (rows: readonly (readonly number[])[]): number[][] =>
  rows.map((row) => {
    const most = Math.max(...row);
    const total = most + Math.log(row.reduce((sum, x) => sum + Math.exp(x - most), 0));
    return row.map((x) => x - total);
  });

/** Runs a mixture on rows of log-probs. */
export const mix = async (
  evaluate: Evaluate,
  { mixture }: Behavior,
  student: readonly (readonly number[])[],
  teacher: readonly (readonly number[])[],
): Promise<number[][]> => {
  if (mixture === undefined) throw new TypeError("expected a behavior with a mixture");
  const shape = [student.length, student[0]!.length];
  const values = { student: floats(shape, student.flat()), teacher: floats(shape, teacher.flat()) };
  const { mixed } = await compute(evaluate, values, (inputs) => ({
    mixed: mixture(inputs["student"] as tf.Tensor2D, inputs["teacher"] as tf.Tensor2D),
  }));
  return student.map((_, row) => Array.from(mixed.subarray(row * shape[1]!, (row + 1) * shape[1]!)));
};

const vocabularySize = 7;
const rowsOf = (name: string, scale: number): number[][] => {
  const { data } = noise(name, [5, vocabularySize], scale);
  return logSoftmaxRows(Array.from({ length: 5 }, (_, row) => Array.from(data.subarray(row * vocabularySize, (row + 1) * vocabularySize))));
};

/** `exact` is the behavior's formula in double precision: probabilities of one row of the student and of the teacher -> those that draw. */
export const behaviorLaws = (behavior: Behavior, exact: (q: readonly number[], p: readonly number[]) => readonly number[]): void => {
  describe.each(engines)(`${behavior.name} on $name`, ({ evaluate }) => {
    const student = rowsOf("student", 1.5);
    const teacher = rowsOf("teacher", 1.5);

    test("is its formula", async () => {
      const mixed = await mix(evaluate, behavior, student, teacher);
      mixed.forEach((row, i) => {
        const expected = exact(student[i]!.map(Math.exp), teacher[i]!.map(Math.exp));
        expect(farthest(row, expected.map(Math.log))).toBeLessThan(1e-5);
      });
    });

    test("sums to one", async () => {
      for (const row of await mix(evaluate, behavior, student, teacher)) {
        expect(Math.abs(row.reduce((sum, x) => sum + Math.exp(x), 0) - 1)).toBeLessThan(1e-6);
      }
    });

    test("is finite where both are almost points, on the same token or on different ones", async () => {
      const point = (id: number): number[] => Array.from({ length: vocabularySize }, (_, token) => (token === id ? 0 : -200));
      for (const row of await mix(evaluate, behavior, [point(0), point(0), student[0]!], [point(0), point(3), point(2)])) {
        expect(row.every((x) => Number.isFinite(x))).toBe(true);
        expect(Math.abs(row.reduce((sum, x) => sum + Math.exp(x), 0) - 1)).toBeLessThan(1e-6);
      }
    });

    test("of two equal distributions is the same one", async () => {
      const mixed = await mix(evaluate, behavior, student, student);
      mixed.forEach((row, i) => {
        const expected = exact(student[i]!.map(Math.exp), student[i]!.map(Math.exp));
        expect(farthest(row, expected.map(Math.log))).toBeLessThan(1e-5);
      });
    });
  });
};
