/** Tests of exact values. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { exactValue, quotient, within, type Fraction } from "../../../src/rewards/math/exact.ts";

const text = (expression: string): string | undefined =>
  exactValue(expression)
    ?.map(({ n, d }) => (d === 1n ? `${n}` : `${n}/${d}`))
    .join(" ");

test.each([
  ["1 + 2 * 3", "7"],
  ["(1 + 2) * 3 - (-4)", "13"],
  ["8 / 4 / 2", "1"],
  ["0.1 + 0.2", "3/10"],
  [".5", "1/2"],
  ["(2)^(10)", "1024"],
  ["(2)^((-2))", "1/4"],
  ["(-8 / 27)^(2)", "64/729"],
  ["sqrt(16 / 9)", "4/3"],
  ["(27)^(1 / (3))", "3"],
  ["(4)^((-3 / 2))", "1/8"],
  ["abs((-3))", "3"],
  ["floor((-7 / 2))", "-4"],
  ["ceil((-7 / 2))", "-3"],
  ["factorial(5) / binomial(5, 2)", "12"],
  ["binomial(2, 5)", "0"],
  ["[[1, 2], [3, 4]]", "2 2 1 2 2 3 4"],
])("%s is %s", (expression, value) => {
  expect(text(expression)).toBe(value);
});

test.each([
  "sqrt(2)",
  "sqrt((-4))",
  "(2)^(1 / (3))",
  "1 / 0",
  "(0)^((-1))",
  "(0)^(0)",
  "pi",
  "Infinity",
  "sin(0)",
  "v_x",
  "factorial(1001)",
  "factorial(1 / 2)",
  "((10)^(10))^(100000)",
  "9".repeat(20_000),
  "1 +",
  "(1",
  "1 2",
  "constructor(1)",
  "[[1, 2], [3, 4]] + 1",
  "",
])("%s has none", (expression) => {
  expect(text(expression)).toBeUndefined();
});

test("variables have the values that they are given", () => {
  const half: Fraction = { n: 1n, d: 2n };
  expect(exactValue("v_x * v_x", (name) => (name === "v_x" ? half : undefined))).toEqual([{ n: 1n, d: 4n }]);
});

test("fractions are added and divided as fractions are, and in lowest terms", () => {
  const whole = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
  const above = fc.bigInt({ min: 1n, max: 10n ** 30n });
  fc.assert(
    fc.property(whole, above, whole, above, (a, b, c, d) => {
      const [sum] = exactValue(`(${a} / ${b}) + (${c} / ${d})`.replaceAll("(-", "(0 - "))!;
      expect(sum!.n * b * d).toBe((a * d + c * b) * sum!.d);
      expect(quotient({ n: a, d: b }, { n: 0n, d: 1n })).toBeUndefined();
      expect(within(sum!, sum!, { n: 0n, d: 1n }, sum!)).toBe(true);
    }),
    { numRuns: 200, seed: 3 },
  );
});
