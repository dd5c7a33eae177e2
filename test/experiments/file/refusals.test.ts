/** Tests of what is taken for a mistake, and what for a defect. */
import { expect, test } from "vitest";
import { attempt } from "../../../src/experiments/file/refusals.ts";

const throwing = (error: Error) => (): never => {
  throw error;
};

test("a part that can be made is given", () => {
  expect(attempt(() => 3)).toEqual({ part: 3 });
  expect(attempt(() => undefined)).toEqual({ part: undefined });
});

test("a refusal is its message, any other error is thrown again", () => {
  expect(attempt(throwing(new RangeError("too large")))).toEqual({ message: "too large" });
  expect(attempt(throwing(new TypeError("no number")))).toEqual({ message: "no number" });
  expect(() => attempt(throwing(new Error("a defect")))).toThrow("a defect");
});
