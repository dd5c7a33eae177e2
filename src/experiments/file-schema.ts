/** The schema of experiment files as they are written, which editors read: a file may extend others and leave out what they say. */
import { type Json, type JsonObject } from "./json.ts";
import { experimentSchema } from "./schema.ts";

const path = { type: "string", minLength: 1 };

const extended: JsonObject = {
  description:
    "A file, or several, relative to this one, that this one builds on: objects merge, null takes a key away, everything else replaces (JSON merge patch, RFC 7386); later files win over earlier ones, and this one over all. A variant of the same name is replaced whole. Paths in a file count from that file. An empty list marks a file that is only there to be extended.",
  anyOf: [path, { type: "array", items: path }],
};

/** JSON Schema (draft 7), as plain data: what `retort schema` prints. */
export const fileSchema: JsonObject = ((): JsonObject => {
  const { required, properties, ...rest } = experimentSchema;
  const { $schema, ...others } = properties as JsonObject;
  return {
    ...rest,
    properties: { $schema: $schema as Json, extends: extended, ...others },
    if: { required: ["extends"] },
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    then: {},
    else: { required: required as Json },
  };
})();
