/** The student alone. */
import { expect, test } from "vitest";
import { student } from "../../../src/rollouts/behaviors/student.ts";

test("the student alone needs no teacher", () => {
  expect(student.create({}, undefined)).toEqual({ name: "student" });
});
