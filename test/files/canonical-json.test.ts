/** Tests of canonical JSON and its hash. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson, contentHash } from "../../src/files/canonical-json.ts";

const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, shuffled(inner)]),
  );
};

describe("canonicalJson", () => {
  test("is JSON of the same value, and one text for any order of keys", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(shuffled(value))).toBe(text);
      }),
      { seed: 2 },
    );
  });

  test("sorts keys by code units and leaves undefined out", () => {
    expect(canonicalJson({ b: 1, a: [{ d: null, c: "x" }], "10": 1, "9": 2, no: undefined })).toBe(
      '{"10":1,"9":2,"a":[{"c":"x","d":null}],"b":1}',
    );
  });

  test.each([Number.NaN, Infinity, () => 1, 1n, undefined])("refuses %s", (value) => {
    expect(() => canonicalJson([value])).toThrow(TypeError);
  });
});

test("the hash is that of the text", () => {
  // printf '{"a":1}' | sha256sum
  expect(contentHash({ a: 1 })).toBe("015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862");
});
