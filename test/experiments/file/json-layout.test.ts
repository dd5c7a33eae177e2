/** Tests of JSON with comments. */
import { expect, test } from "vitest";
import { layout } from "../../../src/experiments/file/json-layout.ts";
import { parseSource } from "../../../src/experiments/file/file-source.ts";

test("what fits is on one line, and comments and empty lines where they are asked for", () => {
  const text = layout([
    { key: "a", value: [1, "x", null, {}, { b: true }] },
    { key: "c", note: "why\nso", apart: true, members: [{ key: "d", value: "e", note: "inside" }] },
  ]);
  expect(text).toBe(`{
  "a": [1, "x", null, {}, { "b": true }],

  // why so
  "c": {
    // inside
    "d": "e"
  }
}
`);
});

test("what does not fit is broken, deeper and deeper, and means the same", () => {
  const value = { list: Array.from({ length: 60 }, (_, i) => i), object: { text: "x".repeat(100), inner: [["y".repeat(90)], { z: 1 }] } };
  const text = layout([{ key: "value", value }]);
  expect(parseSource("x.json", text).value).toEqual({ value });
  expect(text).toContain('\n      "text": "xxx');
  expect(text).toContain("\n      0,\n");
  expect(text).toContain('\n        { "z": 1 }\n');
});
