/** Values as JSON on the disk. */
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { jsonText, writeJson } from "../../src/files/json-file.ts";

test("numbers that JSON cannot hold are kept as their names", () => {
  expect(jsonText({ a: [Number.NaN, Number.POSITIVE_INFINITY, 1], b: "NaN" })).toBe('{"a":["NaN","Infinity",1],"b":"NaN"}');
});

test("a file is replaced whole, and no draft stays", async () => {
  const folder = mkdtempSync(join(tmpdir(), "retort-whole-"));
  await writeJson(join(folder, "x.json"), { a: [1] });
  await writeJson(join(folder, "x.json"), { b: Infinity });
  expect(readFileSync(join(folder, "x.json"), "utf8")).toBe('{\n  "b": "Infinity"\n}\n');
  expect(readdirSync(folder)).toEqual(["x.json"]);
});

test("every character is seen, and read as it was", () => {
  const value = { "\u202ea": "b\u200b\u009b2J" };
  expect(jsonText(value)).toBe(String.raw`{"\u202ea":"b\u200b\u009b2J"}`);
  expect(JSON.parse(jsonText(value))).toEqual(value);
});
