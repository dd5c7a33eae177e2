/** Tests of schemas whose parts can be counted. */
import { expect, test } from "vitest";
import { countedSchema, counter, weightOf } from "../../../src/rewards/json/counted-schema.ts";

test("each part has a counter, and what is no part is as it was", () => {
  const given = {
    properties: { [counter]: true, const: { items: [{}, true] } },
    enum: [{ type: "null" }],
    default: {},
    dependencies: { a: ["b"], c: {} },
  };
  const counted = { [counter]: true };
  expect(countedSchema(given)).toEqual({
    ...given,
    ...counted,
    properties: { [counter]: true, const: { ...counted, items: [counted, true] } },
    dependencies: { a: ["b"], c: counted },
  });
});

test("a part weighs what it looks at, without what is in its parts", () => {
  expect(weightOf({ enum: [1, { a: [2] }], required: ["a"] })).toBe(7);
  expect(weightOf({ properties: { a: { enum: [1, 2, 3] }, b: {} }, anyOf: [{}, {}] })).toBe(6);
});

test.each([
  [
    "parts of parts of parts",
    {
      definitions: Object.fromEntries(
        Array.from({ length: 40 }, (_, i) => [
          `d${i}`,
          i === 39 ? {} : { anyOf: [{ $ref: `#/definitions/d${i + 1}` }, { $ref: `#/definitions/d${i + 1}` }] },
        ]),
      ),
    },
    "expected at most 100000 parts that hold for one value",
  ],
  [
    "a circle by anchors",
    { $schema: "https://json-schema.org/draft/2020-12/schema", $dynamicAnchor: "a", anyOf: [{ type: "null" }, { $dynamicRef: "#a" }] },
    "leads back to itself",
  ],
  [
    "a circle over two",
    { definitions: { a: { not: { $ref: "#/definitions/b" } }, b: { if: { $ref: "#/definitions/a" } } } },
    "leads back to itself",
  ],
  ["a reference to a constant", { $ref: "#/enum/0", enum: [{ type: "null" }] }, 'got "#/enum/0", where there is no schema'],
  ["an inner $id", { items: { $id: "http://x.org/y", $ref: "#" } }, "expected $id at the top of the schema alone"],
  ["our own counter", { "retort:count": true }, 'unknown keyword: "retort:count"'],
])("%s: refused before any answer", (_what, schema, message) => {
  expect(() => countedSchema(schema)).toThrow(RangeError);
  expect(() => countedSchema(schema)).toThrow(message);
});
