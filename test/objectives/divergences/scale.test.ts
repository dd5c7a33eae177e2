/** Tests of the scale of a divergence. */
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { factorOf, scaleSchema, suffixOf } from "../../../src/objectives/divergences/scale.ts";

test("the paper's scale leaves as it is and is not named; the normalized one divides by the curvature and is", () => {
  expect([factorOf("paper", 0.25), suffixOf("paper")]).toEqual([1, ""]);
  expect([factorOf("normalized", 0.25), suffixOf("normalized")]).toEqual([4, "-normalized"]);
});

test("files may name both scales and nothing else; the paper's is the default", () => {
  const schema = scaleSchema("the order");
  const validate = new Ajv().compile(schema);
  expect(["paper", "normalized", "unit", 1].map((value) => validate(value))).toEqual([true, true, false, false]);
  expect(schema["default"]).toBe("paper");
  expect(schema.description).toMatch(/divided by the order,/);
});
