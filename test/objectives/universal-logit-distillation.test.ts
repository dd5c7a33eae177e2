/** Tests of universal logit distillation: the laws, double precision, and teachers of wider and narrower vocabularies. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { averages } from "../../src/objectives/arithmetic/averages.ts";
import { universalLogitDistance, universalLogitDistillation } from "../../src/objectives/universal-logit-distillation.ts";
import { objectiveLaws, objectiveProgram } from "../laws/objective.laws.ts";
import { compute, engines, farthest, floats, noise, type Evaluate, type Value } from "../laws/evaluate.ts";
import { finiteDifferences, logSoftmax } from "./reference.ts";

const [N, V] = [5, 6];

const lines = (data: ArrayLike<number>, width: number): number[][] =>
  Array.from({ length: data.length / width }, (_, i) => Array.from(data).slice(i * width, (i + 1) * width));

const logits = noise("student", [N, V], 2);

const teacherOf = (W: number): Value =>
  floats(
    [N, W],
    lines(noise(`teacher ${W}`, [N, W], 2).data, W).flatMap((z) => logSoftmax(z)),
  );

/** From the definition, in double precision. */
const reference = (teacher: readonly number[], z: ArrayLike<number>): number => {
  const falling = (logProbs: readonly number[]): number[] => logProbs.map(Math.exp).toSorted((a, b) => b - a);
  const [p, q] = [falling(teacher), falling(logSoftmax(z))];
  return Array.from({ length: Math.max(p.length, q.length) }, (_, i) => Math.abs((p[i] ?? 0) - (q[i] ?? 0))).reduce((a, b) => a + b);
};

const run = (evaluate: Evaluate, teacher: Value, student: Value = logits) =>
  compute(evaluate, { teacher, student }, (inputs) => ({
    value: universalLogitDistance(inputs.teacher!, inputs.student!),
    gradient: tf.grad((z) => tf.sum(universalLogitDistance(inputs.teacher!, z)))(inputs.student!),
  }));

describe.each(engines)("universal logit distillation on $name", ({ evaluate }) => {
  const metrics = ["objective/universal-logit-distillation", "divergence/universal-logit", "teacher/aligned", "policy/entropy"];
  objectiveLaws(universalLogitDistillation(), { evaluate, metrics });
  objectiveLaws(universalLogitDistillation({ average: averages.token, studentTemperature: 0.7 }), { evaluate, metrics });

  test.each([3, 6, 9])("values and gradients are those of the definition, for a teacher of %d tokens", async (W) => {
    const teacher = teacherOf(W);
    const { value, gradient } = await run(evaluate, teacher);
    const [rows, positions] = [lines(teacher.data, W), lines(logits.data, V)];
    expect(farthest(value, positions.map((z, i) => reference(rows[i]!, z)))).toBeLessThan(1e-6); // prettier-ignore
    const slopes = positions.flatMap((z, i) => finiteDifferences((x) => reference(rows[i]!, x), z));
    expect(farthest(gradient, slopes)).toBeLessThan(1e-6);
    expect(Math.max(...slopes)).toBeGreaterThan(0.05);
  });

  test("which of the teacher's tokens has which probability does not matter, to value or gradient", async () => {
    const teacher = teacherOf(7);
    const moved = floats(
      teacher.shape,
      lines(teacher.data, 7).flatMap((row, i) => [...row.slice(i), ...row.slice(0, i)].toReversed()),
    );
    expect(moved.data).not.toEqual(teacher.data);
    expect(await run(evaluate, moved)).toEqual(await run(evaluate, teacher));
  });

  test("permuted logits have the same value and a permuted gradient", async () => {
    const order = [3, 0, 5, 1, 4, 2];
    const permuted = floats([N, V], lines(logits.data, V).flatMap((row) => order.map((from) => row[from]!))); // prettier-ignore
    const [before, after] = [await run(evaluate, teacherOf(7)), await run(evaluate, teacherOf(7), permuted)];
    expect(farthest(after.value, before.value)).toBeLessThan(1e-6);
    const expected = lines(before.gradient, V).flatMap((row) => order.map((from) => row[from]!));
    expect(farthest(after.gradient, expected)).toBeLessThan(1e-6);
  });

  test("one spread on other tokens has distance 0, certainties on different vocabularies too, and no overlap 2", async () => {
    const z = [1, 0, -1, 2, 0.5, -2];
    const teacher = floats([3, V], [...logSoftmax(z).toReversed(), 0, -200, -200, -200, -200, -200, ...logSoftmax([0, 0, 0, 0, 0, 0])]);
    const { value, gradient } = await run(
      evaluate,
      teacher,
      floats([3, V], [...z, -80, 80, -80, -80, -80, -80, 80, -80, -80, -80, -80, -80]),
    );
    expect(value[0]).toBeLessThan(1e-6);
    expect(value[1]).toBe(0);
    expect(value[2]).toBeCloseTo(10 / 6, 5);
    expect([...gradient].every(Number.isFinite)).toBe(true);
  });

  test("of equally likely tokens the lower id ranks first, and where both agree the slope is 0", async () => {
    const teacher = floats([1, 3], [0.5, 0.3, 0.2].map(Math.log));
    const { value, gradient } = await run(evaluate, teacher, floats([1, 3], [0, 0, 0]));
    expect(value[0]).toBeCloseTo(1 / 6 + 1 / 30 + 2 / 15, 6);
    // s = [-1, 1, 1]: its mean under Q is 1/3.
    expect(farthest(gradient, [-4 / 9, 2 / 9, 2 / 9])).toBeLessThan(1e-6);
  });

  test("only positions at which both begin a token count", async () => {
    const program = objectiveProgram(universalLogitDistillation(), [2, 2, 3]);
    const distances = [0.2, 0.4, 0.6, 0.8];
    // The student is certain; the teacher is as far from it as named.
    const data = {
      studentLogits: Float32Array.from({ length: 12 }, (_, i) => (i % 3 === 0 ? 80 : -80)),
      targets: new Int32Array(4),
      foreignTeacherLogProbs: Float32Array.from(distances.flatMap((d) => [Math.log(1 - d / 2), Math.log(d / 2), -200, -200, -200])),
    };
    const of = async (completionMask: number[], foreignTeacherMask: number[]) =>
      evaluate(program, {
        ...data,
        completionMask: Float32Array.from(completionMask),
        foreignTeacherMask: Float32Array.from(foreignTeacherMask),
      });
    const all = await of([1, 1, 1, 1], [1, 1, 1, 1]);
    expect(all["loss"]![0]).toBeCloseTo(0.5, 5);
    const some = await of([1, 1, 0, 1], [1, 0, 1, 1]);
    expect(some["loss"]![0]).toBeCloseTo((0.2 + 0.8) / 2, 5);
    expect(some["teacher/aligned"]![0]).toBeCloseTo(2 / 3, 6);
  });
});

test("a temperature of zero is refused", () => {
  expect(() => universalLogitDistillation({ studentTemperature: 0 })).toThrow(
    /universal-logit-distillation: expected a student temperature/,
  );
});
