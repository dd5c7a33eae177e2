/** Tests of the calculator over chains of thought. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { calculated, finalNumber } from "../../src/tasks/chain-calculator.ts";

describe("the calculator", () => {
  test.each([
    ["There are 3 + 2 = 5 cars. The answer is 5.", "There are 3 + 2 = 5 cars. The answer is 5."],
    ["There are 3 + 2 = 6 cars. The answer is 6.", "There are 3 + 2 = 5 cars. The answer is 5."],
    ["7+12=18;18-5=13;13+20=33#33", "7+12=19;19-5=14;14+20=34#34"],
    ["48/2=24 and 48+24=73. The answer is 73.", "48/2=24 and 48+24=72. The answer is 72."],
    ["2 + 3 * 4 = 20", "2 + 3 * 4 = 14"],
    ["20 - 2 x 3 - 4 = 50", "20 - 2 x 3 - 4 = 10"],
    ["10 / 4 = 2, so 2 each, not 12 or 2.5 or 22", "10 / 4 = 2.5, so 2.5 each, not 12 or 2.5 or 22"],
    ["$1,200 * 2 = $2,000. The answer is $2,000.", "$1,200 * 2 = 2400. The answer is 2400."],
    ["1 / 3 = 0.333333", "1 / 3 = 0.333333"],
    ["3 - 8 = -4; -4 + 9 = 5", "3 - 8 = -5; -5 + 9 = 4"],
    ["1 / 0 = 7. The answer is 7.", "1 / 0 = 7. The answer is 7."],
    ["x = 5, 3 + = 4, = 2", "x = 5, 3 + = 4, = 2"],
    ["20 * 50% = 1000 and 1 / 4 = 25%", "20 * 50% = 10 and 1 / 4 = 25%"],
    ["", ""],
  ])("makes of %j %j", (chain, expected) => {
    expect(calculated(chain)).toBe(expected);
  });

  test("leaves no step of a chain wrong, whatever its results were", () => {
    const steps = fc.array(fc.tuple(fc.nat(99), fc.constantFrom("+", "-"), fc.nat(99), fc.nat(99)), { maxLength: 6 });
    fc.assert(
      fc.property(steps, (all) => {
        const chain = calculated(all.map(([a, sign, b, c]) => `${a}${sign}${b}=${c}`).join("; "));
        for (const [, a, sign, b, c] of chain.matchAll(/(-?\d+)([-+])(-?\d+)=(-?\d+)/gu)) {
          expect(Number(c)).toBe(Number(a) + (sign === "+" ? 1 : -1) * Number(b));
        }
      }),
    );
  });

  test("is total, and leaves what is very long alone", () => {
    const texts = fc.string({ unit: fc.constantFrom(...Array.from("0123456789+-*/= .,$x#;%")), maxLength: 200 });
    fc.assert(
      fc.property(texts, (text) => {
        expect(calculated(text)).toBeTypeOf("string");
      }),
    );
    for (const part of ["1+", "1=1+1=", "11", "1,111,", "- -"]) expect(calculated(part.repeat(600))).toBeTypeOf("string");
    const long = "1+1=3;".repeat(700);
    expect(calculated(long)).toBe(long);
  });
});

test.each([
  ["so 4. The answer is 1,234.", 1234],
  ["The answer is $12.50 for 3 people.", 12.5],
  ["first 3, then -4", -4],
  ["The answer is unclear", undefined],
  ["no number", undefined],
  ["1+2=3#3", 3],
])("the final number of %j is %j", (text, expected) => {
  expect(finalNumber(text)).toBe(expected);
});
