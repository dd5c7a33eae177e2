/** Tests of when two answers are the same. */
import { expect, test } from "vitest";
import { readAnswer } from "../../../src/rewards/math/answer.ts";
import { Calculator } from "../../../src/rewards/math/calculator.ts";
import { Comparison } from "../../../src/rewards/math/same.ts";

const calculator = await Calculator.open();
const same = (a: string, b: string): boolean => new Comparison(calculator, 6).same(readAnswer(a), readAnswer(b));

test.each([
  ["\\frac12", "0.5"],
  ["28\\%", "28"],
  ["28\\%", "0.28"],
  ["\\{1,2\\}", "2,1"],
  ["\\{1,2,1\\}", "1,2"],
  ["(1,2)", "(1,\\frac42)"],
  ["(0,1)", "0<x<1"],
  ["[2,\\infty)", "x\\ge2"],
  ["(-\\infty,2)", "2>x"],
  ["[0,1)\\cup(2,3]", "(2,3]\\cup[0,1)"],
  ["x=5", "5"],
  ["x=5", "y=5"],
  ["2x+4y-3=0", "y=-\\frac12x+\\frac34"],
  ["34x=20z", "-17x=-10z"],
  ["x<1", "-x>-1"],
  ["x\\ne3", "x-3\\ne0"],
  ["\\pm5", "5,-5"],
  ["\\text{Even}", "even"],
  ["123456789012345678901", "123,456,789,012,345,678,901"],
  ["\\begin{pmatrix}1\\\\2\\end{pmatrix}", "\\begin{bmatrix}1\\\\\\frac42\\end{bmatrix}"],
])("%s is %s", (a, b) => {
  expect(same(a, b)).toBe(true);
  expect(same(b, a)).toBe(true);
});

test.each([
  ["1", "2"],
  ["0.28", "28"],
  ["28\\%", "2.8"],
  ["(1,2)", "(2,1)"],
  ["(1,2)", "(1,2,3)"],
  ["\\{1,2\\}", "1"],
  ["(0,1)", "[0,1]"],
  ["(0,1]", "[0,1)"],
  ["[0,1]", "[0,2]"],
  ["[0,1)\\cup(2,3]", "[0,1)"],
  ["x>5", "x\\ge5"],
  ["x>5", "x<5"],
  ["x=5", "6"],
  ["2x+y=1", "1"],
  ["2x+y=1", "2x+y=2"],
  ["7=11a+c", "11a+c"],
  ["\\pm5", "5"],
  ["\\text{Even}", "odd"],
  ["\\text{A}", "B"],
  ["123456789012345678901", "123456789012345678902"],
  ["\\begin{pmatrix}1\\\\2\\end{pmatrix}", "\\begin{pmatrix}1&2\\end{pmatrix}"],
  ["", ""],
  ["1", "x"],
  ["5", "\\text{five}"],
])("%s is not %s", (a, b) => {
  expect(same(a, b)).toBe(false);
  expect(same(b, a)).toBe(false);
});
