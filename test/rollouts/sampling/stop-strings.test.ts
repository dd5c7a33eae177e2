/** Tests of stop strings: on characters, on pieces that overlap them, and on bytes that are not whole characters. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GrowingText, stopIn, type Decode } from "../../../src/rollouts/sampling/stop-strings.ts";

const pieces = ["a", "b", "ab", "b\nQ", ":", "Q:", "\n", " x", "ba"];
const decodePieces: Decode = (tokens) => Array.from(tokens, (id) => pieces[id]!).join("");
/** Tokens are bytes, as in a byte-level tokenizer. */
const decodeBytes: Decode = (tokens) => new TextDecoder().decode(Uint8Array.from(tokens));
const bytesOf = (text: string): number[] => [...new TextEncoder().encode(text)];

describe("where a completion ends", () => {
  test("is the token that completes a stop string, and the text before the string", () => {
    expect(stopIn([0, 3, 4, 0], decodePieces, ["Q:"])).toEqual({ length: 3, text: "ab\n" });
    expect(stopIn([0, 3, 4, 0], decodePieces, ["\nQ"])).toEqual({ length: 2, text: "ab" });
    expect(stopIn([5, 1], decodePieces, ["Q"])).toEqual({ length: 1, text: "" });
    expect(stopIn([0, 1], decodePieces, ["ba", "x"])).toBeUndefined();
    expect(stopIn([0, 1], decodePieces, [])).toBeUndefined();
  });

  test("is that of the string that comes first, whichever is named first", () => {
    expect(stopIn([0, 1, 6], decodePieces, ["\n", "b"])).toEqual({ length: 2, text: "a" });
    expect(stopIn([3], decodePieces, ["Q", "\n"])).toEqual({ length: 1, text: "b" });
  });
});

/** Feeds tokens in chunks of the given size and collects what comes out. */
const grow = (tokens: readonly number[], size: number, decode: Decode, stops: readonly string[]) => {
  const growing = new GrowingText(decode, stops);
  const texts: string[] = [];
  for (let start = 0; start < tokens.length; start += size) {
    const { text, stopped } = growing.add(tokens.slice(start, start + size));
    texts.push(text);
    if (stopped !== undefined) return { texts, length: start + stopped };
  }
  texts.push(growing.end());
  return { texts, length: tokens.length };
};

describe("growing text", () => {
  test("holds back what may begin a stop string, and gives it when it does not", () => {
    const growing = new GrowingText(decodePieces, ["\nQ:"]);
    expect(growing.add([0])).toEqual({ text: "a" });
    expect(growing.add([6])).toEqual({ text: "" });
    expect(growing.add([1])).toEqual({ text: "\nb" });
    expect(growing.add([3])).toEqual({ text: "b" });
    expect(growing.add([1])).toEqual({ text: "\nQb" });
    expect(growing.add([3])).toEqual({ text: "b" });
    expect(growing.add([4, 0])).toEqual({ text: "", stopped: 1 });
  });

  test("gives no half of a character, and at the end whatever there is", () => {
    const growing = new GrowingText(decodeBytes);
    const [euro, face] = [bytesOf("€"), bytesOf("🙂")];
    expect(growing.add([97, euro[0]!])).toEqual({ text: "a" });
    expect(growing.add([euro[1]!])).toEqual({ text: "" });
    expect(growing.add([euro[2]!, face[0]!, face[1]!, face[2]!])).toEqual({ text: "€" });
    expect(growing.add([face[3]!])).toEqual({ text: "🙂" });
    expect(growing.add(face.slice(0, 2))).toEqual({ text: "" });
    expect(growing.end()).toBe("\uFFFD");
    expect(growing.end()).toBe("");
  });

  test("finds a stop string of bytes that are no whole characters until its last", () => {
    expect(grow(bytesOf("né→fin"), 1, decodeBytes, ["→"])).toEqual({ texts: ["n", "", "é", "", "", ""], length: 6 });
  });

  test("is the same whatever the chunks, and what is given is the completion's text", () => {
    const stops = fc.array(fc.constantFrom("Q:", "\nQ", "ba", "bb", " x a", "abab"), { maxLength: 3 });
    const tokens = fc.array(fc.nat({ max: pieces.length - 1 }), { minLength: 1, maxLength: 14 });
    fc.assert(
      fc.property(tokens, stops, fc.integer({ min: 1, max: 5 }), (ids, strings, size) => {
        const { texts, length } = grow(ids, size, decodePieces, strings);
        const whole = stopIn(ids, decodePieces, strings) ?? { length: ids.length, text: decodePieces(ids) };
        expect({ text: texts.join(""), length }).toEqual({ text: whole.text, length: whole.length });
      }),
    );
  });

  test("refuses an empty stop string", () => {
    expect(() => new GrowingText(decodePieces, ["a", ""])).toThrow(RangeError);
  });
});
