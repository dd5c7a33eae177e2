/** The family of behaviors. */
import { expect, test } from "vitest";
import { behaviors } from "../../../src/rollouts/behaviors/index.ts";

test("the types of an experiment file, and which of them need a teacher", () => {
  expect(behaviors.types).toEqual(["student", "teacher-mixed", "speculative"]);
  const needs = ([{ type: "student" }, { type: "teacher-mixed", share: 0.2 }, { type: "speculative", topK: 25 }] as const).map(
    (values) => behaviors.create(values, undefined).mixture !== undefined,
  );
  expect(needs).toEqual([false, true, true]);
});
