/** Tests of LaTeX as tokens. */
import { describe, expect, test } from "vitest";
import { isBracketed, LONGEST, splitTokens, tokensOf } from "../../../src/rewards/math/tokens.ts";

const spelled = (latex: string): string =>
  (tokensOf(latex) ?? [])
    .map(({ kind, text }) => ({ number: text, letter: text, sign: text, command: `\\${text}`, text: `"${text}"` })[kind])
    .join(" ");

test.each([
  ["3.5x", "3.5 x"],
  [".5", ".5"],
  ["\\frac{1}{2}", "\\frac { 1 } { 2 }"],
  ["\\dfrac12 \\tfrac12", "\\frac 12 \\frac 12"],
  ["\\left( 1,\\! 2 \\right)", "( 12 )"],
  ["7{,}425{,}000", "7425000"],
  ["7,425,000", "7425000"],
  ["(7,425)", "( 7 , 425 )"],
  ["1,22", "1 , 22"],
  ["0,111", "0 , 111"],
  ["3 \\text{ cm}^2", '3 "cm" ^ 2'],
  ["3 cm", '3 "cm"'],
  ["28 percent", '28 "percent"'],
  ["\\text{A}", "A"],
  ["\\mathrm{e}^x", "e ^ x"],
  ["1 and 2", '1 "and" 2'],
  ["(1,2)or(2,1)", '( 1 , 2 ) "or" ( 2 , 1 )'],
  ["6 \\text{ and } 8", '6 "and" 8'],
  ["π·x² ≤ √2", "\\pi \\cdot x ^ 2 \\le \\sqrt 2"],
  ["x<=2", "x \\le 2"],
  ["x != 3", "x \\ne 3"],
  ["a*b**c", "a \\cdot b ^ c"],
  ["90^\\circ", "90"],
  ["\\$5", "5"],
  ["\\\\frac{1}{2}", "\\frac { 1 } { 2 }"],
  ["\\begin{matrix}1 \\\\ 2\\end{matrix}", "\\begin { m a t r i x } 1 \\cr 2 \\end { m a t r i x }"],
  ["⟪x⟫", "x"],
  ["", ""],
])("%s", (latex, expected) => {
  expect(spelled(latex)).toBe(expected);
});

test("nothing longer than the limit is read", () => {
  expect(tokensOf("1".repeat(LONGEST))).toHaveLength(1);
  expect(tokensOf("1".repeat(LONGEST + 1))).toBeUndefined();
});

describe("brackets", () => {
  const tokens = (latex: string): ReturnType<typeof tokensOf> & object => tokensOf(latex)!;

  test("hold separators together", () => {
    const { parts, separators } = splitTokens(tokens("(1,2),\\{3,4\\},5"), ({ text }) => text === ",");
    expect(parts.map((part) => part.length)).toEqual([5, 5, 1]);
    expect(separators).toHaveLength(2);
  });

  test.each([
    ["(1,2)", true],
    ["[0,1)", true],
    ["(1)+(2)", false],
    ["(1", false],
    ["1)", false],
    ["", true],
  ])("%s around everything: %s", (latex, expected) => {
    expect(isBracketed(tokens(latex))).toBe(expected);
  });
});
