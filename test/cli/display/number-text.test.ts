/** Tests of numbers in few letters. */
import { describe, expect, test } from "vitest";
import { amount, duration, headline, Pace, percent } from "../../../src/cli/display/number-text.ts";

test.each([
  [0, "0:00"],
  [65_400, "1:05"],
  [59_600, "1:00"],
  [7_389_000, "2:03:09"],
  [Number.NaN, "-"],
  [Infinity, "-"],
])("%d ms are %s", (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

test.each([
  [0, "0"],
  [812.4, "812"],
  [12_345, "12.3k"],
  [999_499, "999.5k"],
  [1_200_000, "1.2M"],
  [Number.NaN, "-"],
])("%d is %s", (value, text) => {
  expect(amount(value)).toBe(text);
});

test("a share is a percentage", () => {
  expect([percent(0), percent(0.6125), percent(1)]).toEqual(["0.0%", "61.3%", "100.0%"]);
});

test("the headline shows loss, reward and divergence, and nothing that is not there", () => {
  expect(headline({ loss: 0.4567, reward: 0, "divergence/reverse-kl": 1e-7, "policy/entropy": 3 })).toEqual([
    "loss 0.457",
    "reward 0.00",
    "reverse-kl 1.0e-7",
  ]);
  expect(headline({ loss: -123.4 })).toEqual(["loss -123"]);
  expect(headline({ loss: Number.NaN })).toEqual(["loss NaN"]);
  expect(headline({})).toEqual([]);
});

describe("pace", () => {
  test("is that of steady steps", () => {
    const pace = new Pace();
    for (let i = 0; i < 10; i += 1) pace.add({ milliseconds: 20, tokens: 100 });
    expect(pace.tokensPerSecond).toBeCloseTo(5000);
    expect(pace.left(50)).toBeCloseTo(1000);
  });

  test("forgets a slow first step", () => {
    const pace = new Pace();
    pace.add({ milliseconds: 10_000, tokens: 100 });
    for (let i = 0; i < 200; i += 1) pace.add({ milliseconds: 20, tokens: 100 });
    expect(pace.left(1)).toBeLessThan(21);
  });

  test("is not known before the first step", () => {
    expect(duration(new Pace().left(5))).toBe("-");
    expect(amount(new Pace().tokensPerSecond)).toBe("-");
  });
});
