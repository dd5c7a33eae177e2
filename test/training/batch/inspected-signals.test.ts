/** Tests of what an inspection reads. */
import { expect, test } from "vitest";
import { inspectedSignals } from "../../../src/training/batch/inspected-signals.ts";

test("is what the objective needs, and who wrote a sequence where student and teacher can be compared", () => {
  expect(inspectedSignals(["teacherLogProbs", "advantages"])).toEqual(["teacherLogProbs", "advantages", "fromStudent"]);
  expect(inspectedSignals(["teacherTopKIds", "teacherTopKLogProbs"])).toEqual(["teacherTopKIds", "teacherTopKLogProbs", "fromStudent"]);
  expect(inspectedSignals(["fromStudent", "teacherLogProbs"])).toEqual(["fromStudent", "teacherLogProbs"]);
  expect(inspectedSignals(["foreignTeacherLogProbs", "foreignTeacherMask"])).toEqual(["foreignTeacherLogProbs", "foreignTeacherMask"]);
  expect(inspectedSignals(["advantages"])).toEqual(["advantages"]);
});
