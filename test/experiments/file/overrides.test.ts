/** Tests of overrides on the command line. */
import { describe, expect, test } from "vitest";
import { applyOverride, environmentOverrides, parseOverride, parseOverrides, typesFirst } from "../../../src/experiments/file/overrides.ts";
import type { Json } from "../../../src/files/json.ts";
import { ExperimentError } from "../../../src/experiments/file/problem.ts";

const set = (value: Json, ...texts: string[]): Json => texts.reduce((result, text) => applyOverride(result, parseOverride(text)), value);

describe("overrides", () => {
  test("read their value as JSON, else as text", () => {
    expect(set({}, "/a=0.5", "/b=true", "/c=adamw", '/d="1"', "/e=[1]", "/f=x=y", "/g=")).toEqual({
      a: 0.5,
      b: true,
      c: "adamw",
      d: "1",
      e: [1],
      f: "x=y",
      g: "",
    });
  });

  test("create what is missing on the way", () => {
    expect(set({ a: { b: 1 } }, "/a/c/d=2")).toEqual({ a: { b: 1, c: { d: 2 } } });
  });

  test("set and append to lists", () => {
    expect(set({ a: [1, 2] }, "/a/0=3", "/a/-=4", "/a/3=5")).toEqual({ a: [3, 2, 4, 5] });
  });

  test("take a key away with null", () => {
    expect(set({ a: 1, b: 2 }, "/a=null")).toEqual({ b: 2 });
  });

  test("reach keys with slashes and tildes", () => {
    expect(set({}, "/a~1b~0c=1")).toEqual({ "a/b~c": 1 });
  });

  test("leave the value that they are applied to alone", () => {
    const before = { a: [1], b: { c: 1 } };
    set(before, "/a/0=2", "/b/c=2");
    expect(before).toEqual({ a: [1], b: { c: 1 } });
  });

  test.each([
    "1 alpha=1",
    "/alpha",
    "=1",
    "/a~x=1",
    "/__proto__/x=1",
    '/a={"__proto__": {"x": 1}}',
    '/a=[{"__proto__": 1}]',
    "/a//b=1",
    "/=1",
    `/a=${"1".repeat(5000)}`,
  ])("refuse %s", (text) => {
    expect(() => parseOverride(text)).toThrow(RangeError);
  });

  test.each([
    ["/a/b=1", 'expected an object at /a to hold "b", got 1'],
    ["/l/2=1", 'expected an index from 0 to 1 (or "-" to append) in /l, got "2"'],
    ["/l/x=1", 'got "x"'],
    ["/l/-1=1", 'got "-1"'],
    ["/l/length=1", 'got "length"'],
  ])("cannot apply %s", (text, message) => {
    expect(() => set({ a: 1, l: [0] }, text)).toThrow(message);
  });

  test("do not reach prototypes", () => {
    set({}, "/constructor/prototype/polluted=true", "/toString/polluted=true");
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe("another type", () => {
  const divergence = { type: "jsd", beta: 0.5, scale: "paper" };
  const setAll = (...texts: string[]) =>
    typesFirst(parseOverrides(texts)).reduce<Json>((value, override) => applyOverride(value, override), { divergence });

  test("takes the old one's parameters with it, and leaves what is set beside it, in any order", () => {
    expect(setAll("/divergence/type=skew-kl")).toEqual({ divergence: { type: "skew-kl" } });
    expect(setAll("/divergence/beta=0.9", "/seed=1", "/divergence/type=skew-kl")).toEqual({
      divergence: { type: "skew-kl", beta: 0.9 },
      seed: 1,
    });
    expect(setAll("/divergence/type=jsd")).toEqual({ divergence });
  });

  test("comes no sooner than what holds it", () => {
    const texts = ["/divergence/beta=1", '/divergence={"type":"a","beta":2}', "/divergence/beta=3", "/divergence/type=b"];
    expect(setAll(...texts)).toEqual({ divergence: { type: "b", beta: 3 } });
  });

  test("of the command line drops what the environment set", () => {
    const environment = environmentOverrides({ RETORT_OVERRIDES: "/divergence/beta=0.9" });
    const order = typesFirst([...environment, ...parseOverrides(["/divergence/type=skew-kl"])]);
    expect(order.map(({ text }) => text)).toEqual(["/divergence/beta=0.9", "/divergence/type=skew-kl"]);
  });
});

describe("overrides of the environment", () => {
  const texts = (RETORT_OVERRIDES?: string): string[] => environmentOverrides({ RETORT_OVERRIDES }).map(({ text }) => text);

  test("are on lines, or have spaces between them", () => {
    expect(texts()).toEqual([]);
    expect(texts(" \n")).toEqual([]);
    expect(texts('/a=1 /b={ "c": 2 }  /d=x y')).toEqual(["/a=1", '/b={ "c": 2 }', "/d=x y"]);
    expect(texts("/a=1 b=2 /c=x=y")).toEqual(["/a=1", "b=2", "/c=x=y"]);
    expect(texts("/a=1 /b=2\n  /c=3\n")).toEqual(["/a=1 /b=2", "/c=3"]);
  });

  test("are wrong by the variable's name", () => {
    expect(() => environmentOverrides({ RETORT_OVERRIDES: "=1\nb" })).toThrow(/^RETORT_OVERRIDES: =1: .*\nRETORT_OVERRIDES: b: /u);
    expect(() => parseOverrides(["a"])).toThrow(/^command line: a: /u);
    expect(() => parseOverrides(["a"])).toThrow(ExperimentError);
  });
});

test("numbers beyond all bounds are refused", () => {
  for (const text of ["/a=1e999", '/a={"b": [-1e999]}']) expect(() => parseOverride(text)).toThrow(/^expected numbers that are finite$/u);
});
