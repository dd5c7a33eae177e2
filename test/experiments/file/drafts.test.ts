/** Tests of variants and overrides as drafts of a file. */
import { describe, expect, test } from "vitest";
import { expand } from "../../../src/experiments/file/drafts.ts";
import { parseOverrides } from "../../../src/experiments/file/overrides.ts";
import { ExperimentError } from "../../../src/experiments/file/problem.ts";
import { parseSource } from "../../../src/experiments/file/file-source.ts";

const source = parseSource(
  "x.yaml",
  `a: { b: 1, c: 2 }
d: [1, 2]
variants:
  one: { label: The first, a: { b: 3 } }
  two: { a: null, stages: {} }
`,
);
const drafts = (...overrides: string[]) => expand(source, parseOverrides(overrides)).drafts;

describe("expand", () => {
  test("merges each variant into the rest of the file", () => {
    expect(drafts().map(({ name, label, value }) => [name, label, value])).toEqual([
      ["one", "The first", { a: { b: 3, c: 2 }, d: [1, 2] }],
      ["two", "two", { d: [1, 2] }],
    ]);
  });

  test("takes a file without variants as one run", () => {
    const plain = expand(parseSource("x.yaml", "a: 1"), parseOverrides(["/b=2"]));
    expect(plain.drafts.map(({ name, value }) => [name, value])).toEqual([["run", { a: 1, b: 2 }]]);
  });

  test("knows which plug-in took the place of which: of a file, a variant and an override", () => {
    const file = parseSource("x.yaml", "d: { type: a, x: 1 }\nvariants: { v: { d: { type: b, y: 2 } } }");
    const [draft] = expand(file, parseOverrides(["/d/z=3", "/d/type=c"])).drafts;
    expect(draft?.value).toEqual({ d: { type: "c", z: 3 } });
    expect(draft?.switches).toEqual([
      { pointer: "/d", from: "a", to: "b", dropped: ["x"] },
      { pointer: "/d", from: "b", to: "c", dropped: ["y"] },
    ]);
  });

  test("applies the command line last, except to a variant's own values", () => {
    expect(drafts("/a/b=9").map(({ value }) => value)).toEqual([
      { a: { b: 9, c: 2 }, d: [1, 2] },
      { a: { b: 9 }, d: [1, 2] },
    ]);
    expect(drafts("/variants/two/d/-=9", "/variants/one/d=[]")[0]?.value).toEqual({ a: { b: 3, c: 2 }, d: [] });
  });

  test("names every override that is wrong", () => {
    expect(() => parseOverrides(["a", "b", "/c=1"])).toThrow(ExperimentError);
    expect(() => drafts("/d/7=1", "/d/x=1")).toThrow(/d\/7=1[^]*d\/x=1/u);
  });
});

describe("locate", () => {
  const [one] = drafts("/d/0=5", "/e/f=6");

  test.each([
    ["/a/b", "x.yaml:4:36", "/variants/one/a/b"],
    ["/a/c", "x.yaml:1:15", "/a/c"],
    ["/a", "x.yaml:4:31", "/variants/one/a"],
    ["/a/missing", "x.yaml:4:31", "/variants/one/a/missing"],
    ["/d/1", "x.yaml:2:8", "/d/1"],
    ["", "x.yaml:1:1", ""],
    ["/nowhere/at/all", "x.yaml:1:1", "/nowhere/at/all"],
    ["/d/0", "/d/0=5", "/d/0"],
    ["/e", "/e/f=6", "/e"],
    ["/e/f/g", "/e/f=6", "/e/f/g"],
  ])("finds %s", (pointer, expected, inFile) => {
    const { location, pointer: found } = one!.locate(pointer);
    expect(
      "override" in location
        ? location.override
        : "line" in location
          ? `${location.file}:${location.line}:${location.column}`
          : location.file,
    ).toBe(expected);
    expect(found).toBe(inFile);
  });

  test("finds keys, and overrides inside of a whole", () => {
    expect(one!.locate("/a/b", "key").location).toMatchObject({ line: 4, column: 33 });
    expect(one!.locate("/d", "whole").location).toEqual({ override: "/d/0=5" });
    expect(one!.locate("/d", "value").location).toMatchObject({ line: 2, column: 4 });
  });
});

test("what a variant replaces is not looked for in the rest of the file", () => {
  const [draft] = expand(parseSource("x.yaml", "a: [{ b: 1 }]\nvariants:\n  one: { a: [{ c: 2 }] }\n"), []).drafts;
  expect(draft!.locate("/a/0/b")).toEqual({ location: { file: "x.yaml", line: 3, column: 14 }, pointer: "/variants/one/a/0/b" });
});
