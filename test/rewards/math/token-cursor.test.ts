/** Tests of reading tokens one by one. */
import { expect, test } from "vitest";
import { TokenCursor, Unreadable } from "../../../src/rewards/math/token-cursor.ts";
import { tokensOf } from "../../../src/rewards/math/tokens.ts";

const cursor = (latex: string): TokenCursor => new TokenCursor(tokensOf(latex)!);

test("takes what is there, and refuses what is not", () => {
  const tokens = cursor("(x");
  expect(tokens.take("[")).toBe(false);
  expect(tokens.take("(")).toBe(true);
  expect(tokens.peek()).toEqual({ kind: "letter", text: "x" });
  expect(() => tokens.expect(")")).toThrow(Unreadable);
  expect(tokens.next().text).toBe("x");
  expect(tokens.done).toBe(true);
  expect(() => tokens.next()).toThrow(Unreadable);
});

test("takes digits off a number, and gives them back when an attempt fails", () => {
  const tokens = cursor("125");
  expect(
    tokens.attempt(() => {
      tokens.takeDigit();
      return undefined;
    }),
  ).toBeUndefined();
  expect([tokens.takeDigit(), tokens.takeDigit(), tokens.takeDigit(), tokens.done]).toEqual(["1", "2", "5", true]);
});

test("reads a group or a single token as a word", () => {
  const tokens = cursor("{abc}d{");
  expect([tokens.word(), tokens.word()]).toEqual(["abc", "d"]);
  expect(() => tokens.word()).toThrow(Unreadable);
});

test("knows what comes before", () => {
  const tokens = cursor("1x");
  expect(tokens.behindNumber).toBe(false);
  tokens.next();
  expect(tokens.behindNumber).toBe(true);
});
