/** Tests of JSON values and pointers. */
import { describe, expect, test } from "vitest";
import fc from "fast-check";
import {
  covers,
  formatPointer,
  mergePatch,
  omit,
  parentPointer,
  parseObject,
  parsePointer,
  valueAt,
  type Json,
} from "../../src/files/json.ts";

test("an object is parsed, and any other text is nothing", () => {
  expect(['{"a":[1]}', "{}", "[1]", "null", "1", "{", ""].map(parseObject)).toEqual([
    { a: [1] },
    {},
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

describe("pointers", () => {
  test("are read back as they were written, whatever the keys", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (keys) => {
        expect(parsePointer(formatPointer(keys))).toEqual(keys);
      }),
      { seed: 1 },
    );
  });

  test.each(["objective", "/a~b", "/~2"])("refuse %s", (pointer) => {
    expect(() => parsePointer(pointer)).toThrow(RangeError);
  });

  test("find the value there", () => {
    const value = { a: [{ "b/c": 1 }, null] };
    expect(["", "/a/0/b~1c", "/a/1"].map((pointer) => valueAt(value, pointer))).toEqual([value, 1, null]);
    expect(["/b", "/a/2", "/a/-", "/a/length", "/a/0/b~1c/d", "/toString"].map((pointer) => valueAt(value, pointer))).toEqual(
      Array(6).fill(undefined),
    );
  });

  test("know their parent", () => {
    expect([parentPointer("/a/b"), parentPointer("/a"), parentPointer("")]).toEqual(["/a", "", ""]);
  });
});

describe("mergePatch", () => {
  // RFC 7386, appendix A.
  test.each<[Json, Json, Json]>([
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [
      ["a", "b"],
      ["c", "d"],
      ["c", "d"],
    ],
    [{ a: "b" }, ["c"], ["c"]],
    [{ a: "foo" }, null, null],
    [{ a: "foo" }, "bar", "bar"],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: "b", c: null }, { a: "b" }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])("%j with %j is %j", (target, patch, expected) => {
    expect(mergePatch(target, patch)).toEqual(expected);
  });

  test("does not reach prototypes", () => {
    const merged = mergePatch({}, JSON.parse('{"__proto__": {"polluted": true}}') as Json);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
  });
});

test("omit takes keys away and leaves the object alone", () => {
  const object = { a: 1, b: 2 };
  expect(omit(object, "a", "c")).toEqual({ b: 2 });
  expect(object).toEqual({ a: 1, b: 2 });
});

test("a patch covers what it replaces", () => {
  const patch = { a: { b: 1, c: [1], d: null, e: {} } };
  expect(
    [
      ["a", "b", "x"],
      ["a", "c", "1"],
      ["a", "d", "x"],
    ].map((keys) => covers(patch, keys)),
  ).toEqual([true, true, true]);
  expect([[], ["z"], ["a"], ["a", "b"], ["a", "e", "x"], ["a", "z", "x"]].map((keys) => covers(patch, keys))).toEqual(Array(6).fill(false));
});
