/** Tests of what BLEU and chrF compare. */
import { expect, test } from "vitest";
import { checkReferences } from "../../src/text-metrics/comparison.ts";

test("no reference is refused in the metric's name, an empty one is not", () => {
  expect(() => checkReferences("chrf", [])).toThrow(new RangeError("chrf: expected at least one reference for each candidate, got none"));
  expect(checkReferences("chrf", [""])).toBeUndefined();
});
