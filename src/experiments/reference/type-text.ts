/** The type of a value in words, as the reference of experiment files says it. */
import { isObject, type Json, type JsonObject } from "../../files/json.ts";
import { expectation } from "../schema/expectation.ts";
import { alternatives, keysOf, listed, referred, typeOf, under, type LocatedSchema } from "../schema/located-schema.ts";

const or = (texts: readonly string[]): string => {
  const distinct = [...new Set(texts)];
  return distinct.length < 2 ? (distinct[0] ?? "") : `${distinct.slice(0, -1).join(", ")} or ${distinct.at(-1)!}`;
};

/** Members of a family that are named one by one; of more, their number is said. */
const mostNamed = 6;

const familyText = (members: readonly LocatedSchema[]): string => {
  const types = members.flatMap(({ schema }) => typeOf(schema) ?? []);
  return types.length > mostNamed
    ? `an object whose type is one of ${types.length}`
    : `an object whose type is ${or(types)}`;
};

const lengthText = ({ minItems, maxItems }: JsonObject): string => {
  if (minItems !== undefined && minItems === maxItems) return ` of ${JSON.stringify(minItems)}`;
  return minItems === undefined ? "" : ` of at least ${JSON.stringify(minItems)}`;
};

const listText = (document: JsonObject, located: LocatedSchema): string => {
  const { items } = located.schema;
  if (Array.isArray(items)) {
    const each = (items as readonly Json[]).map((_, i) => typeText(document, under(located, "items", i)));
    return `a list [${each.join(", ")}]`;
  }
  const of =
    isObject(items) && Object.keys(items).length > 0 ? typeText(document, under(located, "items")) : "any value";
  return `a list${lengthText(located.schema)}: ${of}`;
};

const objectText = (document: JsonObject, located: LocatedSchema): string => {
  const keys = keysOf(located.schema);
  const { additionalProperties, patternProperties } = located.schema;
  if (keys.length > 0)
    return `an object { ${keys.length > mostNamed ? `${keys.slice(0, 5).join(", ")}, ...` : keys.join(", ")} }`;
  const [pattern] = Object.keys(isObject(patternProperties) ? patternProperties : {});
  const values =
    pattern === undefined
      ? isObject(additionalProperties)
        ? under(located, "additionalProperties")
        : undefined
      : under(located, "patternProperties", pattern);
  return values === undefined ? "an object" : `an object, by names: ${typeText(document, values)}`;
};

/** The key by which one of several objects is told apart. */
const markOf = ({ schema }: LocatedSchema): string => {
  const { required } = schema;
  return typeOf(schema) === undefined && Array.isArray(required) ? String(required[0]) : "type";
};

/** `a number from 0 to 1 or an object { from, to }`; references and choices are followed. */
export const typeText = (document: JsonObject, given: LocatedSchema): string => {
  const located = referred(document, given);
  const { schema } = located;
  if (Array.isArray(schema["enum"])) return or((schema["enum"] as readonly Json[]).map((one) => JSON.stringify(one)));
  if (schema["const"] !== undefined) return JSON.stringify(schema["const"]);
  const members = listed(located, "oneOf");
  if (members.length > 0) return members.length > 1 ? familyText(members) : typeText(document, members[0]!);
  const choices = listed(located, "anyOf");
  if (choices.length > 0) return or(choices.map((one) => typeText(document, one)));
  if (isObject(schema["then"])) return `an object with ${or(alternatives(document, located).map(markOf))}`;
  if (schema["type"] === "array") return listText(document, located);
  if (schema["type"] === "object") return objectText(document, located);
  return schema["type"] === undefined ? "any value" : expectation(schema);
};
