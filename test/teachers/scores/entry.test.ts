/** Scores as bytes: what was written is read, and anything else is nothing. */
import { describe, expect, test } from "vitest";
import { decodeEntry, encodeEntry, entryBytes } from "../../../src/teachers/scores/entry.ts";

const key = "a".repeat(64);
const score = { logProbs: Float32Array.of(-0.5, -1.25, -3, -Infinity), ids: Int32Array.of(4, 0, 2, 2 ** 31 - 1) };
const size = { positions: 2, width: 2, ids: true };
const bytes = encodeEntry(key, score);

describe("an entry", () => {
  test("is the score, to the last bit", () => {
    expect(bytes).toHaveLength(entryBytes(size));
    expect(decodeEntry(bytes, key, size)).toEqual(score);
    const tokens = { logProbs: Float32Array.of(-0, 1e-45, -2) };
    expect(decodeEntry(encodeEntry(key, tokens), key, { positions: 3, width: 1, ids: false })).toEqual(tokens);
  });

  test("of no tokens has no numbers", () => {
    const none = { logProbs: new Float32Array() };
    expect(decodeEntry(encodeEntry(key, none), key, { positions: 0, width: 7, ids: false })).toEqual(none);
  });

  test("that differs in any byte is none", () => {
    for (const [at] of bytes.entries()) {
      const other = Uint8Array.from(bytes);
      other[at]! ^= 1;
      expect(decodeEntry(other, key, size)).toBeUndefined();
    }
  });

  test.each([
    ["of another sequence", bytes, "b".repeat(64), size],
    ["that is cut", bytes.subarray(0, -1), key, size],
    ["that is longer", Uint8Array.of(...bytes, 0), key, size],
    ["of another size", bytes, key, { positions: 2, width: 3, ids: true }],
    ["without ids", bytes, key, { positions: 2, width: 2, ids: false }],
    ["of nothing", new Uint8Array(), key, size],
  ])("%s is none", (_, found, named, expected) => {
    expect(decodeEntry(found, named, expected)).toBeUndefined();
  });
});
