/** Tests of values of axes as people write them. */
import { expect, test } from "vitest";
import { axisText, valueText } from "../../../src/evaluation/claims/value-text.ts";

test("values of axes are a few words", () => {
  expect(valueText({ type: "jsd", beta: 0.1 })).toBe("jsd beta 0.1");
  expect(valueText({ stage: "small" })).toBe("small");
  expect([0.25, true, null, undefined, "gkd", [1, 2]].map(valueText)).toEqual(["0.25", "true", "null", "none", "gkd", "[1,2]"]);
  expect(valueText("x".repeat(100))).toHaveLength(60);
});

test("an axis is called by its last word", () => {
  expect(["/objective/alpha", "/seed", "run"].map(axisText)).toEqual(["alpha", "seed", "run"]);
});
