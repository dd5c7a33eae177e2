/** Tests of the maths checker on the pairs of `npm run bench -- math-answers`, and on texts that would take long. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mathChecker } from "../../../src/rewards/math/checker.ts";

interface Pair {
  readonly test: string;
  readonly reference: string;
  readonly answer: string;
  readonly same: boolean;
}

const check = await mathChecker(6);
const missed = (file: string): string[] => {
  const path = new URL(`../../fixtures/math-answers/${file}.json`, import.meta.url);
  const { pairs } = JSON.parse(readFileSync(path, "utf8")) as { pairs: readonly Pair[] };
  expect(pairs.length).toBeGreaterThan(250);
  return pairs
    .filter(({ reference, answer, same }) => check(reference, answer) !== same)
    .map(({ reference, answer }) => `${reference} ${answer}`);
};

test("of Math-Verify's pairs five are checked otherwise", () => {
  expect(missed("math-verify")).toEqual([
    // Their inline formulas end with the line, and they searched for no plain number.
    "$9$ Answer $ \n 9 \n $",
    "$9$ Answer \\( \n 9 \n \\)",
    // Half of something is not 10/9, and their checker takes the right side.
    "$10/9$ Answer $ \\frac{1}{2} \\$ = \\frac{10}{9} $",
    // The range of a length, not of a name.
    "$1\\leq|z|\\leq \\frac{3}{2}$ $z \\in \\left[-\\frac{3}{2}, -1\\right] \\cup \\left[1, \\frac{3}{2}\\right]$",
    // These differ; their test states what their checker says.
    "$1 - \\frac{1}{\\mathrm{e}}$ $1 + \\frac{1}{\\mathrm{e}}$",
  ]);
});

test.each(["sympy", "gsm8k"])("all pairs of %s are scored right", (file) => {
  expect(missed(file)).toEqual([]);
});

describe("any text", () => {
  const part = fc.constantFrom(
    ..."\\boxed{ \\frac \\sqrt \\left( \\right) \\text{ \\pm \\cup \\in \\le \\begin{pmatrix} \\end{pmatrix} \\\\ & $ $$ \\[ \\] { } ( ) [ ] | ^ _ ! % , ; = < > + - * / 1 2.5 x e and answer is #### \\{ \\} \\infty \\sin \\log".split(
      " ",
    ),
    " ",
    "\n",
  );

  test("is checked, and is the same as itself or no answer", () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), fc.array(part, { maxLength: 40 }), (a, b) => {
        const [left, right] = [a.join(" "), b.join("")];
        expect(typeof check(left, right)).toBe("boolean");
        expect(check(left, right)).toBe(check(right, left));
      }),
      { numRuns: 2000, seed: 5 },
    );
  });

  test.each([
    "\\boxed{\n",
    "\\[",
    "$$",
    "\\(",
    "####",
    "the answer is ",
    "1,",
    "1 ",
    "(",
    "\\frac",
    "\\pm ",
    "9^",
    "ab",
    "|",
    "1,2;",
    "\\boxed{1} and ",
    "x_{1}",
    "⟪",
  ])("is checked when it is a long row of %s", (sign) => {
    const text = sign.repeat(2e5 / sign.length);
    expect(typeof check(text, `$${text}`)).toBe("boolean");
  });
});
