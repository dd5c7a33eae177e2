/** Tests of a verdict. */
import { expect, test } from "vitest";
import { failed } from "../../../src/rewards/sandbox/cell.ts";

test("a reason of any length is cut to 200 characters", () => {
  expect(failed("no")).toEqual({ passed: false, reason: "no" });
  expect(failed("x".repeat(1e6)).reason).toHaveLength(200);
});
