/** Teacher-mixed sampling: its formula, and share 0. */
import { describe, expect, test } from "vitest";
import { teacherMixed } from "../../../src/rollouts/behaviors/teacher-mixed.ts";
import { behaviorLaws, mix, logSoftmaxRows } from "../../laws/behavior.laws.ts";
import { engines } from "../../laws/evaluate.ts";

for (const share of [0.2, 0.9]) {
  behaviorLaws(teacherMixed.create({ share }, undefined), (q, p) => q.map((own, v) => share * p[v]! + (1 - share) * own));
}

describe.each(engines)("teacher-mixed on $name", ({ evaluate }) => {
  test("with share 0 is the student bit for bit", async () => {
    const [student, teacher] = [logSoftmaxRows([[0.3, -1, 2]]), logSoftmaxRows([[1, 0, -2]])];
    const [row] = await mix(evaluate, teacherMixed.create({ share: 0 }, undefined), student, teacher);
    expect(row).toEqual(student[0]!.map(Math.fround));
  });
});

test.each([-0.1, 1, Number.NaN])("a share of %d is refused", (share) => {
  expect(() => teacherMixed.create({ share }, undefined)).toThrow(
    new RangeError(`teacher-mixed: expected a share in [0, 1), got ${share}`),
  );
});
