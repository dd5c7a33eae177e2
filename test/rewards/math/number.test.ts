/** Tests of the number that a text ends with. */
import { expect, test } from "vitest";
import { finalNumber } from "../../../src/rewards/math/number.ts";

test.each<[string, number | undefined]>([
  ["#### 18", 18],
  ["5 + 3 = <<5+3=8>>8\nA: 8", 8],
  ["\\boxed{-\\frac{3}{4}}", -0.75],
  ["\\boxed{x = 1.5}", 1.5],
  ["The answer is $1,234.50.", 1234.5],
  ["28%", 28],
  ["1/0", undefined],
  ["\\boxed{x}, that is 4 of them", 4],
  ["\\boxed{\\sqrt 2}", 2],
  ["none", undefined],
  ["", undefined],
])("%s", (text, expected) => {
  expect(finalNumber(text)).toBe(expected);
});
