/** Tests of what is computed, and of what is not. */
import { describe, expect, test } from "vitest";
import { Calculator, ratioOf, sameValues, type Values } from "../../../src/rewards/math/calculator.ts";

const calculator = await Calculator.open();
const values = (expression: string): Values => {
  const found = calculator.values(expression);
  if (found === undefined) throw new Error(`expected values of ${expression}`);
  return found;
};
const exact = { relative: 1e-9, decimals: undefined };

test.each([
  ["1 / 3", "2 / 6", true],
  ["1 / 3", "0.333333", false],
  ["sqrt(2) * sqrt(3)", "sqrt(6)", true],
  ["(v_x + 1)^(2)", "(v_x)^(2) + 2 * v_x + 1", true],
  ["(v_x + 1)^(2)", "(v_x)^(2) + 2 * v_x + 2", false],
  ["abs(v_x)", "v_x", false],
  ["sqrt((v_x)^(2))", "v_x", false],
  ["log((v_x)^(2))", "2 * log(v_x)", true],
  ["(tan(v_y))^(2) + 1", "(sec(v_y))^(2)", true],
  ["v_x", "v_y", false],
  ["v_x - v_x", "0", true],
  ["sqrt((-1))", "i", true],
  ["[[1, 2], [3, 4]]", "[[1, 2], [3, 4]]", true],
  ["[[1, 2], [3, 4]]", "[[1, 2, 3, 4]]", false],
  ["[[1, 2], [3, 4]] + [[1, 0], [0, 1]]", "[[2, 2], [3, 5]]", true],
  ["10^(20)", "10^(20) + 1", true],
])("%s and %s: %s", (a, b, same) => {
  expect(sameValues(values(a), values(b), exact)).toBe(same);
});

test("a decimal need agree only to its places", () => {
  expect(sameValues(values("1 / 3"), values("0.3333333"), { relative: 1e-9, decimals: 6 })).toBe(true);
  expect(sameValues(values("1 / 3"), values("0.33333"), { relative: 1e-9, decimals: 6 })).toBe(false);
  expect(sameValues(values("1 / 3"), values("0.33"), { relative: 1e-9, decimals: 2 })).toBe(true);
});

test.each([
  ["1 / factorial(2004)", "1 / factorial(2006)"],
  ["2^(10000)", "2^(10001)"],
  ["0 / 0", "0 / 0"],
  ["1 / 0", "2 / 0"],
  ["log(0)", "log(0)"],
])("what is out of the range of numbers is the same as nothing: %s, %s", (a, b) => {
  expect(sameValues(values(a), values(b), exact)).toBe(false);
});

test.each<[string, string, number | undefined]>([
  ["2 * v_x - 4", "v_x - 2", 2],
  ["2 - v_x", "v_x - 2", -1],
  ["v_x - 1", "v_x - 2", undefined],
  ["v_x * v_y", "v_x", undefined],
  ["v_x - v_x", "v_x", undefined],
  ["3", "2", 1.5],
])("the ratio of %s to %s", (a, b, expected) => {
  const ratio = ratioOf(values(a), values(b));
  if (expected === undefined) expect(ratio).toBeUndefined();
  else expect(ratio).toBeCloseTo(expected, 9);
});

describe("refused", () => {
  test.each([
    "import(v_x)",
    "createUnit(1)",
    "evaluate(1)",
    "parse(1)",
    "simplify(1)",
    "derivative(v_x, v_x)",
    "config(1)",
    "v_x.constructor",
    "v_x = 3",
    "f(x) = 1",
    "v_x[1]",
    "{a: 1}",
    "1:1000000000",
    "1; 2",
    "1 ? 2 : 3",
    "5 cm",
    "x",
    "print(1)",
    "random()",
    "combinations(1000000000, 500000000)",
    "sum(1, 2)",
    "ones(10000, 10000)",
    "constructor",
    "__proto__",
    "cos.constructor(1)",
    "(cos)(1)",
    "1 +",
  ])("%s", (expression) => {
    expect(calculator.values(expression)).toBeUndefined();
  });

  test("text has no value, and neither has what is too large to count", () => {
    expect(calculator.values('"a"')?.points ?? [undefined]).toEqual([undefined]);
    expect(values("binomial(10^(9), 5)").points).toEqual([undefined]);
    expect(values("binomial(5, 2)").points).toEqual([[{ re: 10, im: 0 }]]);
  });
});
