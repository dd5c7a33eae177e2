/** Tests of validators of strangers' schemas. */
import { expect, test } from "vitest";
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

const nested = (depth: number): Readonly<Record<string, unknown>> => (depth === 0 ? {} : { not: nested(depth - 1) });

test.each([
  [
    "a remote reference",
    { $ref: "https://example.org/schema.json" },
    'expected $ref into the schema itself (#...), got "https://example.org',
  ],
  ["a file", { items: { $ref: "file:///etc/passwd" } }, "expected $ref into the schema itself"],
  ["a reference to nothing", { $ref: "#/definitions/none" }, "can't resolve reference"],
  ["waiting", { $async: true }, "expected a schema without $async"],
  ["an unknown keyword", { tpye: "string" }, 'unknown keyword: "tpye"'],
  ["an unknown format", { type: "string", format: "url" }, 'unknown format "url"'],
  ["no schema", { type: "text" }, "expected a JSON schema"],
  ["a pattern with a look ahead", { type: "string", pattern: "(?=a)" }, "expected a pattern that RE2 reads"],
  ["a deep one", nested(80), "expected at most 64 levels"],
  ["a long one", { enum: ["a".repeat(100_000)] }, "expected a schema of at most 100000 characters"],
])("%s is refused", (_what, schema, message) => {
  expect(() => schemaValidator(schema)).toThrow(RangeError);
  expect(() => schemaValidator(schema)).toThrow(message);
});
