/**
 * Most of what the runs of one file were asked is the same: equal values become one object, so that they are small and
 * soon compared.
 */
import type { Json, JsonObject } from "../../files/json.ts";

/**
 * A function that gives values again as they are, each of their lists and objects as the one that it met first among
 * its equals.
 */
export const sharedValues = (): ((values: JsonObject) => JsonObject) => {
  const known = new Map<string, Json>();
  const first = (value: Json): Json => {
    if (typeof value !== "object" || value === null) return value;
    const text = JSON.stringify(value);
    const equal = known.get(text);
    if (equal === undefined) known.set(text, value);
    return equal ?? value;
  };
  return (values) => Object.fromEntries(Object.entries(values).map(([key, value]) => [key, first(value)]));
};
