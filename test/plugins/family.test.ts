/** Tests of plug-in families: their schema, their types, and creation by name. */
import { Type } from "@sinclair/typebox";
import { Ajv } from "ajv";
import { describe, expect, expectTypeOf, test } from "vitest";
import { define } from "../../src/plugins/definition.ts";
import { family } from "../../src/plugins/family.ts";

const scaled = define({
  type: "scaled",
  summary: "A multiple of the seed.",
  parameters: { factor: Type.Number({ default: 2, description: "The multiple." }) },
  create: (parameters, context: { readonly seed: number }) => parameters.factor * context.seed,
});

const named = define({
  type: "named",
  summary: "The length of a name.",
  parameters: { name: Type.String(), range: Type.Tuple([Type.Integer(), Type.Integer()], { default: [0, 9] }) },
  create: (parameters, context: { readonly folder: string }) => parameters.name.length + context.folder.length + parameters.range[1],
});

const plain = family("number", [scaled, named]);
const weighted = family("number", [scaled, named], { common: { weight: Type.Optional(Type.Number({ default: 1 })) } });
const context = { seed: 3, folder: "ab" };

const validator = (schema: object) => new Ajv({ discriminator: true, strict: true, useDefaults: true, allErrors: true }).compile(schema);

describe("schema", () => {
  test("is accepted by a strict ajv and fills in the defaults of the member that type names", () => {
    const validate = validator(plain.schema);
    const first: unknown = { type: "scaled" };
    expect(validate(first)).toBe(true);
    expect(first).toEqual({ type: "scaled", factor: 2 });
    const second: unknown = { type: "named", name: "abc" };
    expect(validate(second)).toBe(true);
    expect(second).toEqual({ type: "named", name: "abc", range: [0, 9] });
  });

  test("fills in the defaults of common properties, which only a family that names them accepts", () => {
    const values: unknown = { type: "scaled" };
    expect(validator(weighted.schema)(values)).toBe(true);
    expect(values).toEqual({ type: "scaled", factor: 2, weight: 1 });
    expect(validator(plain.schema)({ type: "scaled", weight: 2 })).toBe(false);
  });

  test.each([
    ["an unknown type", { type: "other" }],
    ["no type", { factor: 1 }],
    ["another member's parameter", { type: "scaled", name: "abc" }],
    ["a parameter of the wrong kind", { type: "scaled", factor: "two" }],
    ["a missing parameter", { type: "named" }],
    ["a key that no member has", { type: "scaled", fctor: 1 }],
    ["no object", "scaled"],
  ])("refuses %s", (_what, values) => {
    expect(validator(plain.schema)(values)).toBe(false);
  });

  test("parameters are the properties and no schema of an object, for the compiler too", () => {
    const parameters = Type.Object({ factor: Type.Number() });
    // @ts-expect-error -- an object's schema instead of its properties
    define({ type: "whole", summary: "None.", parameters, create: () => 0 });
  });

  test("of one member is what the whole says of it, and nothing of the others", () => {
    const [scaled, named] = plain.schema["oneOf"] as readonly object[];
    expect(plain.schemaFor({ type: "scaled", factor: 5 })).toBe(scaled);
    expect(plain.schemaFor({ type: "named", name: "abc", range: [0, 1] })).toBe(named);
    const unknown = JSON.parse('{ "type": "scalde" }') as { type: "scaled"; factor: number };
    expect(plain.schemaFor(unknown)).toBe(plain.schema);
  });

  test("describes each member", () => {
    expect(plain.schema).toMatchObject({ oneOf: [{ description: "A multiple of the seed." }, { description: "The length of a name." }] });
  });
});

describe("create", () => {
  test("makes the member that type names", () => {
    expect(plain.create({ type: "scaled", factor: 5 }, context)).toBe(15);
    expect(plain.create({ type: "named", name: "abc", range: [0, 1] }, context)).toBe(6);
    expect(plain.types).toEqual(["scaled", "named"]);
  });

  test("refuses an unknown type by name", () => {
    const unknown = JSON.parse('{ "type": "scalde", "factor": 1 }') as { type: "scaled"; factor: number };
    expect(() => plain.create(unknown, context)).toThrow(new RangeError('number: expected type to be one of scaled, named, got "scalde"'));
  });
});

test("types follow from the members", () => {
  type PlainValues = Parameters<typeof plain.create>[0];
  expectTypeOf<Extract<PlainValues, { type: "scaled" }>["factor"]>().toEqualTypeOf<number>();
  expectTypeOf<PlainValues["type"]>().toEqualTypeOf<"scaled" | "named">();
  expectTypeOf<Parameters<typeof weighted.create>[0]["weight"]>().toEqualTypeOf<number | undefined>();
  expectTypeOf<ReturnType<typeof plain.create>>().toEqualTypeOf<number>();
  expectTypeOf<Parameters<typeof plain.create>[1]>().toExtend<{ readonly seed: number; readonly folder: string }>();
  const withoutFactor = { type: "scaled" } as const;
  // @ts-expect-error a parameter is missing
  plain.create(withoutFactor, context);
  // @ts-expect-error a part of the context is missing
  plain.create({ type: "scaled", factor: 1 }, { seed: 1 });
});
