/** Tests of where a text says its answer. */
import { describe, expect, test } from "vitest";
import { extractAnswers } from "../../../src/rewards/math/extract.ts";

test.each<[string, string, string]>([
  ["a box", "So $x = \\boxed{\\frac{1}{2}}$.", "\\frac{1}{2}"],
  ["the last box", "\\boxed{1}. Let me check again.\n\nIndeed: \\boxed{2}", "2"],
  ["boxes of one answer", "\\boxed{1} and \\boxed{2}", "1 , 2"],
  ["the same box twice", "\\boxed{004}, so \\boxed{004}", "004"],
  ["a box without braces", "\\boxed 7.", "7"],
  ["a box that is not closed", "\\boxed{7 + 1\nThat is it.", "7 + 1"],
  ["percent behind a box", "$\\boxed{20}$ percent", "20\\%"],
  ["####", "3 + 4 = 7\n#### 7", "7"],
  ["#### with money", "#### $1,234", "1234"],
  ["the answer is", "The answer is 42. It is not 17", "42"],
  ["the final answer", "**Final Answer:** The largest $n$ is 34.", "34"],
  ["the answer in a formula", "The final answer is $\\frac{1}{3}$. I hope it is correct.", "\\frac{1}{3}"],
  ["a box before a final answer", "\\boxed{1}\n\nThe final answer is $2$.", "2"],
  ["a final answer before a box", "The final answer is $1$. No: \\boxed{2}", "2"],
  ["the last formula", "First $1$, then \\(2\\), at last \\[3\\]", "3"],
  ["the last number", "He has 3 apples and 1,000.99 pears", "1000.99"],
  ["a number behind a formula", "For $n > 2$ there are 12 of them", "12"],
  ["a formula behind a number", "For 12 of them $n > 2$", "n > 2"],
  ["decimals behind a comma", "Soucis : 2,74 $ a..", "2.74"],
  ["thousands by spaces", "1 000", "1000"],
  ["a negative number", "It is -5.", "-5"],
  ["a fraction", "The probability is 2/3.", "2/3"],
  ["a percentage", "28 pct", "28\\%"],
  ["a unit", "so the number is 10 which is 1,000.99m²", "1000.99"],
  ["a short text", "x^2 + 1", "x^2 + 1"],
  ["a dollar that is money", "It costs \\$5 and \\$7", "7"],
])("%s", (_, text, expected) => {
  expect(extractAnswers(text)[0]).toBe(expected);
});

describe("nothing is found", () => {
  test.each(["", "   ", "There is no solution to this equation.", "AZYUK2A is the name of the thing", "\\boxed{}", "$$"])("%s", (text) => {
    expect(extractAnswers(text).filter((answer) => answer !== "")).toEqual([]);
  });
});

test("other candidates follow, the likeliest first", () => {
  expect(extractAnswers("The answer is $1$, or \\boxed{2}. See $3$ or 4")).toEqual(["2", "4", "3"]);
});

test("a long text is read from its end", () => {
  const prose = "and so on, ".repeat(30_000);
  expect(extractAnswers(`\\boxed{1} ${prose}`)).toEqual([]);
  expect(extractAnswers(`${prose} \\boxed{1} ${prose.slice(0, 100_000)}`)[0]).toBe("1");
  expect(extractAnswers(`${prose} it is 7`)[0]).toBe("7");
});
