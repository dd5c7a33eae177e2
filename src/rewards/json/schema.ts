/** A reward for JSON of a given schema. */
import { Type } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import type { Reward } from "../reward.ts";
import { schemaValidator } from "./validator.ts";
import { jsonValue, lastBlock } from "./value.ts";

const compiled = (schema: Readonly<Record<string, unknown>>): ((value: unknown) => boolean) => {
  try {
    return schemaValidator(schema);
  } catch (cause) {
    throw new RangeError(`json-schema: ${(cause as Error).message}`, { cause });
  }
};

/**
 * 1 for JSON of the schema, `parsed` for other JSON, else 0. `RangeError` for a schema that `schemaValidator` refuses.
 */
export const jsonSchema = define({
  type: "json-schema",
  summary: "1 where the completion is JSON of a schema, else 0.",
  parameters: {
    schema: Type.Record(Type.String(), Type.Unknown(), {
      description: "A JSON Schema of draft 7, or of 2020-12 if its $schema says so; its references stay inside it.",
    }),
    parsed: Type.Number({
      default: 0,
      minimum: 0,
      maximum: 1,
      description: "Reward of JSON that is not of the schema.",
    }),
    block: Type.Boolean({
      default: false,
      description: "Reads the last block between lines of three backticks, if there is one.",
    }),
  },
  create({ schema, parsed, block }): Reward {
    const isValid = compiled(schema);
    return {
      name: "json-schema",
      range: [0, 1],
      score({ text }) {
        const found = jsonValue((block ? lastBlock(text) : undefined) ?? text);
        if (found === undefined) return Promise.resolve({ value: 0, parts: {} });
        return Promise.resolve({ value: isValid(found.value) ? 1 : parsed, parts: {} });
      },
    };
  },
});
