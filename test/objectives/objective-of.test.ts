/** Tests that an objective is made once for the values that name it. */
import { expect, test } from "vitest";
import { objectiveOf } from "../../src/objectives/objective-of.ts";
import type { ObjectiveValues } from "../../src/objectives/index.ts";

const values: ObjectiveValues = { type: "sft", average: "sequence" };

test("the same values give the same objective, equal ones another", () => {
  expect(objectiveOf(values)).toBe(objectiveOf(values));
  expect(objectiveOf({ ...values })).not.toBe(objectiveOf(values));
  expect(objectiveOf({ ...values }).name).toBe(objectiveOf(values).name);
});

test("values that were changed in place give the objective that they name now", () => {
  const changing: { type: "sft"; average: "sequence" | "token" } = { type: "sft", average: "sequence" };
  const before = objectiveOf(changing);
  changing.average = "token";
  expect(objectiveOf(changing)).not.toBe(before);
  expect(objectiveOf(changing)).toBe(objectiveOf(changing));
});

test("values that contradict each other are refused each time", () => {
  const wrong: ObjectiveValues = {
    type: "distillation",
    average: "sequence",
    studentTemperature: 1,
    divergence: { type: "jsd", beta: 0, scale: "paper" },
  };
  for (let time = 0; time < 2; time += 1) expect(() => objectiveOf(wrong)).toThrow(RangeError);
});
