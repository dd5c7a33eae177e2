/** Tests of examples: each is valid by the schema that it is an example of. */
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { wholeFileSchema } from "../../../src/experiments/schema/file-schema.ts";
import { exampleOf } from "../../../src/experiments/schema/example.ts";
import { alternatives, inside, keysOf, type LocatedSchema } from "../../../src/experiments/schema/located-schema.ts";

/** Every schema that a value of a file may have, with the key that holds it. */
const everySchema = (): { readonly key: string; readonly located: LocatedSchema }[] => {
  const found = new Map<string, { key: string; located: LocatedSchema }>();
  const visit = (located: LocatedSchema, key: string): void => {
    if (found.has(located.pointer)) return;
    found.set(located.pointer, { key, located });
    for (const one of alternatives(wholeFileSchema, located)) {
      for (const name of keysOf(one.schema)) for (const next of inside(one, name)) visit(next, name);
      for (const next of inside(one, "0")) visit(next, key);
      for (const next of inside(one, "another name")) visit(next, "name");
    }
  };
  visit({ schema: wholeFileSchema, pointer: "" }, "");
  return [...found.values()];
};

test("the example of each part of an experiment file is valid by that part of the schema", () => {
  const ajv = new Ajv({ strict: false, inlineRefs: false, discriminator: true, code: { optimize: false } });
  ajv.addSchema(wholeFileSchema, "file");
  const all = everySchema();
  expect(all.length).toBeGreaterThan(1000);
  const wrong = all.filter(({ key, located }) => {
    const validate = ajv.getSchema(`file#${encodeURI(located.pointer)}`)!;
    return !validate(exampleOf(wholeFileSchema, located, key));
  });
  expect(wrong.map(({ located }) => located.pointer)).toEqual([]);
}, 120_000);

const exampleIn = (schema: LocatedSchema["schema"], key = "x") => exampleOf({}, { schema, pointer: "" }, key);

test("an example of the schema's own comes first, then a constant, a default that shows something, and what the type allows", () => {
  expect(exampleIn({ examples: [7], default: 3, type: "number" })).toBe(7);
  expect(exampleIn({ default: 3, type: "number" })).toBe(3);
  expect(exampleIn({ enum: ["low", "high"] })).toBe("low");
  expect(exampleIn({ type: "array", default: [], items: { type: "boolean" } })).toEqual([true]);
  expect(exampleIn({ type: "integer", minimum: 5 })).toBe(5);
  expect(exampleIn({ type: "integer", minimum: 1 }, "steps")).toBe(300);
  expect(exampleIn({ type: "integer", maximum: 10, minimum: 1 }, "steps")).toBe(1);
  expect(exampleIn({ type: "number", exclusiveMinimum: 2, maximum: 4 })).toBe(3);
  expect(exampleIn({ type: "string", pattern: "^/" })).toBe("/seed");
  expect(exampleIn({ type: "object", properties: { a: { const: 1 }, b: { const: 2 } }, required: ["b"] })).toEqual({ b: 2 });
});
