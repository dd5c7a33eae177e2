/** What a schema expects, in words. */
import type { JsonObject } from "../../files/json.ts";
import { keysOf } from "./located-schema.ts";

/** A value as JSON, cut where it is long. */
export const quoted = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};

/** `, such as 0.5`: what every error has where what was expected does not list all that would be right. */
export const suchAs = (example: unknown): string => `, such as ${quoted(example)}`;

/** `a number above 0 and at most 1`. */
export const expectation = (schema: JsonObject): string => {
  const { type, minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  const bounds =
    minimum !== undefined && maximum !== undefined
      ? [`from ${quoted(minimum)} to ${quoted(maximum)}`]
      : [
          ...(minimum === undefined ? [] : [`of at least ${quoted(minimum)}`]),
          ...(exclusiveMinimum === undefined ? [] : [`above ${quoted(exclusiveMinimum)}`]),
          ...(maximum === undefined ? [] : [`of at most ${quoted(maximum)}`]),
          ...(exclusiveMaximum === undefined ? [] : [`below ${quoted(exclusiveMaximum)}`]),
        ];
  const names: Readonly<Record<string, string>> = {
    integer: "a whole number",
    number: "a number",
    string: "a text",
    boolean: "true or false",
    object: "an object {...}",
    array: "a list [...]",
    null: "null",
  };
  const range = bounds.length === 0 ? "" : ` ${bounds.join(" and ")}`;
  if (!Array.isArray(type)) return `${names[type as string] ?? quoted(type)}${range}`;
  // Of several types, the bounds are the number's and the keys are the object's.
  const choices = (type as readonly string[]).map((one) => {
    if (one === "object") return `an object { ${keysOf(schema).join(", ")} }`;
    return `${names[one] ?? one}${one === "number" || one === "integer" ? range : ""}`;
  });
  return choices.join(", or ");
};
