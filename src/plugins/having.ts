/** A choice between two schemas by whether an object has a key. */
import type { TSchema } from "@sinclair/typebox";

/** `then` where the object has the key, else `otherwise`. */
export const having = (key: string, then: TSchema, otherwise: TSchema): object => ({
  if: { properties: { [key]: true }, required: [key] },
  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
  then,
  else: otherwise,
});
