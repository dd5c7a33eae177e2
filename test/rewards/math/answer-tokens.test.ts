/** Tests of what is left out of an answer's tokens. */
import { describe, expect, test } from "vitest";
import { isCommand, isSign, isWord, textOf, trimmed, withoutUnits } from "../../../src/rewards/math/answer-tokens.ts";
import { tokensOf, type Token } from "../../../src/rewards/math/tokens.ts";

const tokens = (latex: string): readonly Token[] => tokensOf(latex)!;
const spelled = (all: readonly Token[]): string => all.map(({ text }) => text).join(" ");

describe("trimmed", () => {
  test.each([
    ["5.", "5"],
    [".,5;", "5"],
    ["\\boxed{5}", "5"],
    ["\\fbox{x+1}", "x + 1"],
    ["{{5}}", "5"],
    ["{1}{2}", "{ 1 } { 2 }"],
    ["(5)", "( 5 )"],
    ["5 \\cr", "5"],
    ["", ""],
  ])("%s", (latex, expected) => {
    expect(spelled(trimmed(tokens(latex)))).toBe(expected);
  });
});

describe("without units", () => {
  test.each([
    ["5", "5", false],
    ["5\\text{ cm}^2", "5", false],
    ["5%", "5", true],
    ["5\\%", "5", true],
    ["5 \\text{ percent}", "5", true],
    ["\\text{Evelyn}", "Evelyn", false],
    ["6 \\text{ and } 8", "6 and 8", false],
  ])("%s", (latex, expected, percent) => {
    const bare = withoutUnits(tokens(latex));
    expect(spelled(bare.tokens).replace(/\s+/gu, " ")).toBe(expected);
    expect(bare.percent).toBe(percent);
  });
});

test("text is the same for every way to write it", () => {
  expect(textOf(tokens("\\text{(C)}"))).toBe(textOf(tokens("c.")));
  expect(textOf(tokens("\\sqrt{2}"))).toBe("sqrt2");
  expect(textOf(tokens("2"))).not.toBe(textOf(tokens("3")));
});

test("signs, commands and words are told apart", () => {
  expect(isSign({ kind: "sign", text: "," }, ",")).toBe(true);
  expect(isSign({ kind: "command", text: "," }, ",")).toBe(false);
  expect(isSign(undefined, ",")).toBe(false);
  expect(isCommand({ kind: "command", text: "cup" }, "cup")).toBe(true);
  expect(isCommand({ kind: "text", text: "cup" }, "cup")).toBe(false);
  expect([" and ", "or", ", OR"].map((text) => isWord({ kind: "text", text }))).toEqual([true, true, true]);
  expect(isWord({ kind: "text", text: "order" })).toBe(false);
});
