/** Numbers on the command line. */
import { InvalidArgumentError } from "commander";
import { expect, test } from "vitest";
import { bytesFrom, durationFrom, finite, numberFrom } from "../../../src/cli/options/numbers.ts";

test("are read as they are", () => {
  expect([finite("-1.5"), numberFrom(0)("0.5"), numberFrom(1, true)("3")]).toEqual([-1.5, 0.5, 3]);
});

test("sizes are in bytes, and in thousands or 1024s of them", () => {
  expect(["1000", "2KB", "1.5 GiB", "0b", "3tib"].map(bytesFrom)).toEqual([1000, 2000, 1.5 * 2 ** 30, 0, 3 * 2 ** 40]);
});

test("times are in milliseconds, of hours, minutes and seconds", () => {
  expect(["3h", "45m", "45 min", "90s", "2h30m", "1.5h"].map(durationFrom)).toEqual([
    10_800_000, 2_700_000, 2_700_000, 90_000, 9_000_000, 5_400_000,
  ]);
});

test.each<[(text: string) => number, string, string]>([
  [finite, "", 'expected a number, got ""'],
  [finite, "Infinity", 'expected a number, got "Infinity"'],
  [numberFrom(0), "-1", 'expected a number from 0, got "-1"'],
  [bytesFrom, "GiB", 'expected a size such as 20GiB or 500MB, got "GiB"'],
  [bytesFrom, "-1", 'expected a size such as 20GiB or 500MB, got "-1"'],
  [bytesFrom, "5 apples", 'expected a size such as 20GiB or 500MB, got "5 apples"'],
  [durationFrom, "soon", 'expected a time such as 3h, 45m or 2h30m, got "soon"'],
  [durationFrom, "3", 'expected a time such as 3h, 45m or 2h30m, got "3"'],
  [durationFrom, "0h", 'expected a time such as 3h, 45m or 2h30m, got "0h"'],
  [durationFrom, "3h soon", 'expected a time such as 3h, 45m or 2h30m, got "3h soon"'],
  [numberFrom(1, true), "1.5", 'expected a whole number from 1, got "1.5"'],
])("and refused otherwise", (read, text, message) => {
  expect(() => read(text)).toThrow(new InvalidArgumentError(message));
});
