/** Tests of the skew of a divergence. */
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { closedObject } from "../../../src/plugins/closed-object.ts";
import { checkSkew, skewParameters } from "../../../src/objectives/divergences/skew.ts";

const validate = new Ajv({ useDefaults: true }).compile(closedObject(skewParameters("teacher")));

test("an alpha in [0, 1) passes; what does not is refused in the owner's name", () => {
  for (const alpha of [0, 0.1, 0.999]) expect(() => checkSkew("skew-kl", alpha, "paper")).not.toThrow();
  expect(() => checkSkew("skew-kl", 1, "paper")).toThrow(
    new RangeError("skew-kl: expected alpha in [0, 1), got 1; at 1 a distribution is measured to itself, which is zero everywhere"),
  );
  expect(() => checkSkew("skew-reverse-kl", -1, "normalized")).toThrow(
    new RangeError("skew-reverse-kl: expected alpha in [0, 1), got -1; at 0 it is the plain KL"),
  );
  expect(() => checkSkew("skew-kl", Number.NaN, "paper")).toThrow(RangeError);
  expect(() => checkSkew("skew-kl", 0.99, "normalized")).not.toThrow();
  expect(() => checkSkew("skew-kl", 0.995, "normalized")).toThrow(
    new RangeError("skew-kl: expected alpha of at most 0.99 in the normalized scale, got 0.995; float32 cannot hold more"),
  );
});

test("files hold DistiLLM's 0.1 and the paper's scale unless they say otherwise", () => {
  const values = {};
  expect(validate(values)).toBe(true);
  expect(values).toEqual({ alpha: 0.1, scale: "paper" });
});

test.each([
  [{ alpha: 0 }, true],
  [{ alpha: 0.5, scale: "normalized" }, true],
  [{ alpha: 1 }, false],
  [{ alpha: -0.1 }, false],
  [{ beta: 0.1 }, false],
])("%j in a file: %s", (values, expected) => {
  expect(validate(values)).toBe(expected);
});
