/** Tests of reading files, with the location of each value. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ExperimentError } from "../../../src/experiments/file/problem.ts";
import { parseSource, readSource } from "../../../src/experiments/file/file-source.ts";

const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(ExperimentError);
    return (error as ExperimentError).message;
  }
  throw new Error("expected an ExperimentError");
};

describe("parseSource", () => {
  test("reads JSON with comments and trailing commas, and knows every location", () => {
    const source = parseSource("x.json", '{\n\t// "no": 1\n\t"a": [1, /* 2 */ "b//c",],\n\t"d": {"e": -1.5e-3},\n}\n');
    expect(source.value).toEqual({ a: [1, "b//c"], d: { e: -1.5e-3 } });
    expect(source.find("/a/1", "value")).toEqual({ file: "x.json", line: 3, column: 19 });
    expect(source.find("/d/e", "key")).toEqual({ file: "x.json", line: 4, column: 8 });
    expect(source.find("/d/e", "value")).toEqual({ file: "x.json", line: 4, column: 13 });
    expect(source.find("/d/f", "value")).toBeUndefined();
  });

  test("reads YAML with anchors", () => {
    const source = parseSource("x.yaml", "a: &x\n  b: 1\nc: *x\n");
    expect(source.value).toEqual({ a: { b: 1 }, c: { b: 1 } });
    expect(source.find("/c/b", "value")).toEqual({ file: "x.yaml", line: 2, column: 6 });
  });

  test.each(["x.json", "x.yaml"])("takes a byte order mark and Windows line ends in %s", (path) => {
    const text = path.endsWith("json") ? '{\r\n"a": 1, // one\r\n"b": 2}\r\n' : "a: 1\r\nb: 2\r\n";
    const source = parseSource(path, `\uFEFF${text}`);
    expect(source.value).toEqual({ a: 1, b: 2 });
    expect(source.find("/b", "key")).toMatchObject({ line: path.endsWith("json") ? 3 : 2, column: 1 });
  });

  test("locations are the same whatever the length of comments before them", () => {
    const source = parseSource("x.json", '{ /* 1\n22\n333 */ "a": 1 }');
    expect(source.find("/a", "key")).toMatchObject({ line: 3, column: 8 });
  });

  test.each([
    ["", "1:1: expected an experiment, got an empty file"],
    ['{"a": 1, "a": 2}', '1:10: /a: the key "a" is here twice; keep one'],
    ['{"a": {"b": 1,\n "b": 2}}', '2:2: /a/b: the key "b" is here twice; keep one'],
    ['{"a": 1', '1:8: expected "}" for the "{" of line 1, got the end of the file\n1 | {"a": 1\n           ^'],
    ['{\n// c\n"a": 1\n"b": 2}', `4:1: expected "," between line 3's value and "b", got nothing\n4 | "b": 2}\n    ^`],
    ['{"a": nope}', "1:7: expected a value "],
    ['{"a": 1} {"b": 2}', "1:10: "],
    ['{"__proto__": {"x": 1}}', '1:2: /__proto__: the key "__proto__" is not allowed'],
    ['{"a": {"__proto__": null}}', '1:8: /a/__proto__: the key "__proto__" is not allowed'],
  ])("refuses %j", (text, expected) => {
    expect(refusal(() => parseSource("x.json", text))).toContain(`x.json:${expected}`);
  });

  test.each([
    ["a: !custom 1", "Unresolved tag: !custom"],
    ["a: *nowhere", "x.yaml:1:4: /a: no anchor &nowhere before this alias"],
    ["a: 1\n---\nb: 2\n", "2:1: expected one document in a file, got another"],
    ["? [1]\n: 2", "expected a text as key"],
    ["a: &x [*x]", "expected at most 64 levels of nesting"],
  ])("refuses the YAML %j", (text, expected) => {
    expect(refusal(() => parseSource("x.yaml", text))).toContain(expected);
  });

  test("all duplicates are named at once", () => {
    expect(refusal(() => parseSource("x.json", '{"a": 1, "a": 2, "b": 1, "b": 1}')).split("\n")).toHaveLength(2);
  });

  test.each([
    ["brackets", "[".repeat(1_000_000)],
    ["closed brackets", "[".repeat(200) + "]".repeat(200)],
    ["braces", '{"a":'.repeat(200_000)],
    ["dashes", "- ".repeat(20_000)],
    ["question marks", "? ".repeat(20_000)],
    ["colons", "a: ".repeat(20_000)],
    ["indentation", Array.from({ length: 1000 }, (_, i) => `${" ".repeat(i)}a:`).join("\n")],
  ])("refuses deep nesting by %s", (_name, text) => {
    expect(refusal(() => parseSource("x.yaml", text))).toContain("expected at most 64 levels of nesting");
  });

  test("refuses many aliases", () => {
    const levels = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array.from({ length: 9 }, () => `*a${i}`).join(", ")}]`);
    expect(refusal(() => parseSource("x.yaml", `a0: &a0 [lol]\n${levels.join("\n")}`))).toContain("expected at most 100000 values");
  });

  test("refuses many values", () => {
    expect(refusal(() => parseSource("x.json", `[${"1,".repeat(100_001)}]`))).toContain("expected at most 100000 values");
  });

  test("does not reach prototypes", () => {
    refusal(() => parseSource("x.yaml", "__proto__:\n  polluted: true\n"));
    const { value } = parseSource("x.json", '{"constructor": {"prototype": {"polluted": true}}}');
    expect(Object.keys(value as object)).toEqual(["constructor"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

describe("readSource", () => {
  const folder = mkdtempSync(join(tmpdir(), "retort-source-"));
  writeFileSync(join(folder, "quickstart.json"), "{}");

  test("names the nearest file", () => {
    expect(refusal(() => readSource(join(folder, "quikstart.json")))).toBe(
      `${join(folder, "quikstart.json")}: no such file; did you mean ${join(folder, "quickstart.json")}?`,
    );
  });

  test("says that the folder is missing", () => {
    expect(refusal(() => readSource(join(folder, "nowhere", "x.json")))).toContain(`no folder ${join(folder, "nowhere")}`);
  });

  test("refuses folders and files above 1 MB", () => {
    expect(refusal(() => readSource(folder))).toContain("expected a file");
    writeFileSync(join(folder, "large.json"), " ".repeat(1_000_001));
    expect(refusal(() => readSource(join(folder, "large.json")))).toContain("expected at most 1000000 bytes, got 1000001");
  });
});

test("numbers that are not finite are refused, each with its location", () => {
  const refused = (path: string, text: string): string => {
    try {
      parseSource(path, text);
    } catch (error) {
      return String(error);
    }
    return "none";
  };
  expect(refused("x.json", '{"a": 1e999, "b": [-1e999]}')).toMatch(
    /x\.json:1:7: \/a: .*got Infinity\nx\.json:1:20: \/b\/0: .*got -Infinity$/u,
  );
  expect(refused("x.yaml", "a: .nan")).toMatch(/x\.yaml:1:4: \/a: .*got NaN$/u);
});
