/** Tests of validators of strangers' schemas. */
import { describe, expect, test } from "vitest";
import { schemaValidator } from "../../../src/rewards/json/validator.ts";

test("drafts 7 and 2020-12 are known", () => {
  const seven = schemaValidator({ type: "array", items: [{ type: "integer" }, { type: "string" }], additionalItems: false });
  expect([seven([1, "a"]), seven([1, "a", 2]), seven(["a"])]).toEqual([true, false, false]);
  const newer = schemaValidator({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    prefixItems: [{ type: "integer" }],
    items: false,
  });
  expect([newer([1]), newer([1, 2])]).toEqual([true, false]);
});

test("references into the schema itself are followed", () => {
  const tree = schemaValidator({
    $ref: "#/definitions/node",
    definitions: { node: { type: "object", properties: { next: { $ref: "#/definitions/node" } }, additionalProperties: false } },
  });
  expect([tree({ next: { next: {} } }), tree({ next: { last: {} } })]).toEqual([true, false]);
});

test.each([
  ["date", "2024-02-29", "2023-02-29"],
  ["time", "10:20:30Z", "10:20"],
  ["date-time", "2024-02-29T10:20:30Z", "2024-02-29"],
  ["duration", "P1DT2H", "P"],
  ["email", "a.b@example.org", "a.b@"],
  ["hostname", "example.org", "-a"],
  ["ipv4", "127.0.0.1", "256.0.0.1"],
  ["ipv6", "::1", ":::1"],
  ["uri", "https://example.org/a?b", "//example.org"],
  ["uuid", "123e4567-e89b-12d3-a456-426614174000", "123e4567"],
  ["json-pointer", "/a/0", "a/0"],
])("format %s", (format, good, bad) => {
  const validate = schemaValidator({ type: "string", format });
  expect([validate(good), validate(bad)]).toEqual([true, false]);
});

test("patterns and formats take linear time", () => {
  const pattern = schemaValidator({ type: "string", pattern: "^(a+)+$" });
  expect(pattern(`${"a".repeat(20_000)}!`)).toBe(false);
  for (const format of ["duration", "email", "hostname", "uri", "json-pointer", "ipv6"]) {
    const validate = schemaValidator({ type: "string", format });
    for (const piece of ["a", "a.", "a-", "1", ":", "/", "P1D", "%20", "a@"])
      expect(typeof validate(`${piece.repeat(5_000)}\n`)).toBe("boolean");
  }
});

test("each pattern is its own", () => {
  const validate = schemaValidator({ properties: { a: { type: "string", pattern: "^a$" }, b: { type: "string", pattern: "^b$" } } });
  expect([validate({ a: "a", b: "b" }), validate({ a: "a", b: "a" })]).toEqual([true, false]);
});

test("unique items are values, whatever the order of their keys", () => {
  const unique = schemaValidator({ type: "array", uniqueItems: true });
  expect(unique([{ a: 1, b: [0] }, { a: 1, b: [1] }, "1", 1, { 1: 1 }])).toBe(true);
  expect(
    unique([
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ]),
  ).toBe(false);
  expect(unique([0, -0])).toBe(false);
  // Ajv's own keyword would compare 100 million pairs.
  expect(unique(Array.from({ length: 14_000 }, (_, i) => [i]))).toBe(true);
});

const deepAnswer = (depth: number): unknown => JSON.parse(`${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`);

describe("what would take too long", () => {
  const twice = { properties: { a: { $ref: "#" } } };

  test.each(["allOf", "anyOf", "oneOf"])("%s of parts that refer to the whole", (keyword) => {
    const schema = { [keyword]: [keyword === "anyOf" ? { not: twice } : twice, twice] };
    const validate = schemaValidator(schema);
    expect(typeof validate(deepAnswer(4))).toBe("boolean");
    expect(() => validate(deepAnswer(90))).toThrow(/at most 30000000 steps, got one that takes more: .*; have allOf/u);
    // The next answer has steps of its own.
    expect(typeof validate(deepAnswer(4))).toBe("boolean");
  });

  test("patterns and values that are many, at many places", () => {
    const long = "a".repeat(60_000);
    const patterns = { allOf: Array.from({ length: 100 }, (_, i) => ({ not: { pattern: `^[b-z${i}]` } })) };
    expect(() => schemaValidator(patterns)(long)).toThrow("30000000 steps");
    const names = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`^b${i}`, true]));
    const keys = Object.fromEntries(Array.from({ length: 4000 }, (_, i) => [`k${i}`, 1]));
    expect(() => schemaValidator({ patternProperties: names })(keys)).toThrow("30000000 steps");
    const values = { items: { not: { enum: Array.from({ length: 10_000 }, (_, i) => i + 10) } } };
    expect(() => schemaValidator(values)(Array.from({ length: 20_000 }, () => 1))).toThrow("30000000 steps");
  });

  test("a large answer of a usual schema is held to it", () => {
    const tree = schemaValidator({
      oneOf: [
        { type: "object", properties: { op: { const: "add" }, of: { type: "array", items: { $ref: "#" } } }, required: ["op", "of"] },
        { type: "object", properties: { op: { const: "not" }, it: { $ref: "#" } }, required: ["op", "it"] },
        { type: "number" },
      ],
    });
    let sum: unknown = { op: "add", of: Array.from({ length: 10_000 }, (_, i) => i) };
    for (let i = 0; i < 45; i += 1) sum = { op: "not", it: sum };
    expect([tree(sum), tree({ op: "not", it: "x" })]).toEqual([true, false]);
  });
});

const nested = (depth: number): Readonly<Record<string, unknown>> => (depth === 0 ? {} : { not: nested(depth - 1) });

test.each([
  [
    "a remote reference",
    { $ref: "https://example.org/schema.json" },
    'expected $ref into the schema itself (#...), got "https://example.org',
  ],
  ["a file", { items: { $ref: "file:///etc/passwd" } }, "expected $ref into the schema itself"],
  ["a reference to nothing", { $ref: "#/definitions/none" }, "expected references to parts such as #/definitions/name"],
  ["a reference to itself", { $ref: "#" }, 'got $ref "#", which leads back to itself for the same value'],
  ["waiting", { $async: true }, "expected a schema without $async"],
  ["an unknown keyword", { tpye: "string" }, 'unknown keyword: "tpye"'],
  ["an unknown format", { type: "string", format: "url" }, 'unknown format "url"'],
  ["no schema", { type: "text" }, "expected a JSON schema, got an error: schema is invalid: data/type must be equal to one of"],
  [
    "no schema of another draft",
    { $schema: "https://json-schema.org/draft/2020-12/schema", if: 1 },
    "expected a JSON schema, got an error: schema is invalid: data/if must be object,boolean",
  ],
  ["a pattern with a look ahead", { type: "string", pattern: "(?=a)" }, "expected a pattern that RE2 reads"],
  ["a deep one", nested(80), "expected at most 64 levels"],
  ["one deeper than JSON is written", nested(5000), "expected at most 64 levels"],
  [
    "patterns of many repetitions",
    { allOf: Array.from({ length: 60 }, (_, i) => ({ pattern: `${i}.{0,1000}x` })) },
    "patterns of at most 100000 instructions together",
  ],
  ["a long one", { enum: ["a".repeat(100_000)] }, "expected a schema of at most 100000 characters"],
])("%s is refused", (_what, schema, message) => {
  expect(() => schemaValidator(schema)).toThrow(RangeError);
  expect(() => schemaValidator(schema)).toThrow(message);
});
