/** Tests of LaTeX as an expression, by the values that it has. */
import { describe, expect, test } from "vitest";
import { Calculator } from "../../../src/rewards/math/calculator.ts";
import { expressionOf } from "../../../src/rewards/math/expression.ts";
import { tokensOf } from "../../../src/rewards/math/tokens.ts";

const calculator = await Calculator.open();
const expression = (latex: string): string | undefined => expressionOf(tokensOf(latex)!);
const value = (latex: string): number | undefined => {
  const text = expression(latex);
  const [point] = text === undefined ? [] : (calculator.values(text)?.points ?? []);
  return point?.at(-1)?.re;
};

test.each<[string, number]>([
  ["1+2\\cdot 3", 7],
  ["2^{10}", 1024],
  ["2^3^2", 64],
  ["-2^2", -4],
  ["2^-1", 0.5],
  ["-\\frac{1}{2}", -0.5],
  ["\\frac12", 0.5],
  ["\\frac123", 1.5],
  ["\\frac{3}4", 0.75],
  ["\\sqrt2", Math.SQRT2],
  ["\\sqrt{\\sqrt{16}}", 2],
  ["\\sqrt[3]{8}", 2],
  ["3\\sqrt{4}", 6],
  ["1\\frac{1}{2}", 1.5],
  ["2\\frac{\\sqrt{9}}{3}", 2],
  ["|{-3}|", 3],
  ["|-3|+|2|", 5],
  ["2|-3|", 6],
  ["5!", 120],
  ["\\binom{5}{2}", 10],
  ["28\\%", 0.28],
  ["1/2/2", 0.25],
  ["1/2\\pi", Math.PI / 2],
  ["6:3", 2],
  ["\\sin\\frac{\\pi}{2}", 1],
  ["\\sin^2 1 + \\cos^2 1", 1],
  ["\\sin^{-1}(1)", Math.PI / 2],
  ["\\sin 2\\pi", 0],
  ["\\sec(0)", 1],
  ["\\ln e", 1],
  ["\\log_2 8", 3],
  ["\\log_{10}{1000}", 3],
  ["\\lg 100", 2],
  ["e^{2}", Math.E ** 2],
  ["\\lfloor 2.5 \\rfloor", 2],
  ["\\lceil 2.5 \\rceil", 3],
  ["\\left(1+2\\right)\\left(3\\right)", 9],
  ["204_5", 54],
  ["1\\,000", 1000],
])("%s is %f", (latex, expected) => {
  expect(value(latex)).toBeCloseTo(expected, 12);
});

test.each([
  ["xy", "yx"],
  ["2x", "x\\cdot 2"],
  ["x_{1}+x_2", "x_2+x_1"],
  ["\\theta r", "r\\theta"],
  ["\\sin b\\cos a", "\\cos(a)\\sin(b)"],
  ["\\frac{x+2}{7}", "\\frac{x}{7}+\\frac{2}{7}"],
])("%s and %s are the same expression", (a, b) => {
  const [left, right] = [a, b].map((latex) =>
    calculator
      .values(expression(latex)!)!
      .points.flat()
      .map((entry) => entry?.re ?? Number.NaN),
  );
  expect(left!.length).toBeGreaterThan(1);
  for (const [k, number] of left!.entries()) expect(number).toBeCloseTo(right![k]!, 12);
});

test("matrices are rows of entries", () => {
  expect(expression("\\begin{pmatrix}1 & -2 \\\\ x & \\frac12\\end{pmatrix}")).toBe("[[1, (-2)], [v_x, (1 / (2))]]");
  expect(expression("\\left[\\begin{array}{cc}1 & 2 \\\\\\end{array}\\right]")).toBe("([[1, 2]])");
});

describe("what is no expression", () => {
  test.each([
    "",
    "1+",
    "(",
    ")",
    "(1",
    "1)",
    "\\frac{1}",
    "\\sqrt",
    "^2",
    "1,2",
    "x=1",
    "{",
    "|1",
    "\\sum_{k=1}^n k",
    "\\begin{x}1\\end{x}",
    "\\begin{pmatrix}",
    "19_5",
    "1 2",
    "\\log_",
    "&",
    "\\text{a b}",
  ])("%s", (latex) => {
    expect(expression(latex)).toBeUndefined();
  });

  test("or is too deep or too long", () => {
    for (const part of ["(", "-", "\\frac{", "\\sqrt{", "2^{", "|", "\\sin("]) expect(expression(part.repeat(300))).toBeUndefined();
    expect(expression(`${"(".repeat(15)}1${")".repeat(15)}`)).toBeDefined();
    expect(expression("1+".repeat(199).concat("1"))).toBeDefined();
    expect(expression("1+".repeat(201).concat("1"))).toBeUndefined();
  });
});
