/**
 * The schema of experiment files as they are written, which editors read: a file is a whole experiment, or says a part
 * that variants and other files complete.
 */
import { omit, type JsonObject } from "../../files/json.ts";
import { patchSchema } from "./patch-schema.ts";
import { experimentSchema } from "./experiment-schema.ts";
import { sharedSchema } from "./shared-schema.ts";

const path: JsonObject = { type: "string", minLength: 1 };

const extended: JsonObject = {
  description:
    "A file, or several, relative to this one, that this one builds on: objects merge, null takes a key " +
    "away, everything else replaces (JSON merge patch, RFC 7386); later files win over earlier ones, and " +
    "this one over all. A variant of the same name is replaced whole. Paths in a file count from that file. " +
    "An empty list marks a file that is only there to be extended.",
  examples: ["base.json", ["../base.json", "small.json"], []],
  anyOf: [path, { type: "array", items: path }],
};

const { $schema, title, definitions, ...experiment } = experimentSchema;
const { $schema: editors, ...properties } = experiment["properties"] as JsonObject;
const variants = properties["variants"] as JsonObject;

/** What patches refer to. */
const whole: JsonObject = {
  definitions: {
    ...(definitions as JsonObject),
    experiment: { ...experiment, properties: { $schema: editors!, extends: extended, ...properties } },
  },
};

/** The schema of a whole file, with what its parts refer to: no part is written twice, and no patch is among them. */
export const wholeFileSchema: JsonObject = {
  ...experiment,
  properties: { $schema: editors!, extends: extended, ...properties },
  definitions: definitions!,
};

/** The parts of an experiment as a file may have them that others complete. */
const parts = patchSchema(whole, "/definitions/experiment")["properties"] as JsonObject;
const reference = (...keys: readonly string[]): JsonObject => ({ $ref: `#/definitions/${keys.join("/")}` });
const open = variants["additionalProperties"] as JsonObject;

const variant: JsonObject = {
  ...open,
  properties: {
    ...Object.fromEntries(
      Object.keys(omit(parts, "extends")).map((key) => [key, reference("part", "properties", key)]),
    ),
    ...(open["properties"] as JsonObject),
  },
  additionalProperties: false,
};

const partial: JsonObject = {
  type: "object",
  properties: {
    ...parts,
    $schema: reference("experiment", "properties", "$schema"),
    extends: reference("experiment", "properties", "extends"),
    variants: {
      ...omit(variants, "type", "minProperties"),
      type: ["object", "null"],
      additionalProperties: { anyOf: [reference("variant"), { type: "null" }] },
    },
  },
  additionalProperties: false,
};

/** JSON Schema (draft 7), as plain data: what `retort schema` prints. */
export const fileSchema: JsonObject = sharedSchema({
  $schema: $schema!,
  title: title!,
  type: "object",
  if: { anyOf: [{ required: ["extends"] }, { required: ["variants"] }] },
  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
  then: reference("part"),
  else: reference("experiment"),
  definitions: { ...(whole["definitions"] as JsonObject), variant, part: partial },
});
