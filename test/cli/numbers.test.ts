/** Numbers on the command line. */
import { InvalidArgumentError } from "commander";
import { expect, test } from "vitest";
import { finite, numberFrom } from "../../src/cli/numbers.ts";

test("are read as they stand", () => {
  expect([finite("-1.5"), numberFrom(0)("0.5"), numberFrom(1, true)("3")]).toEqual([-1.5, 0.5, 3]);
});

test.each<[(text: string) => number, string, string]>([
  [finite, "", 'expected a number, got ""'],
  [finite, "Infinity", 'expected a number, got "Infinity"'],
  [numberFrom(0), "-1", 'expected a number from 0, got "-1"'],
  [numberFrom(1, true), "1.5", 'expected a whole number from 1, got "1.5"'],
])("and refused otherwise", (read, text, message) => {
  expect(() => read(text)).toThrow(new InvalidArgumentError(message));
});
