/** Checks a file that others complete by itself, as an editor does: what it says must be right as far as it goes. */
import { Ajv, type ValidateFunction } from "ajv";
import { mistakesOf, type Mistake } from "./check.ts";
import { fileSchema } from "./file-schema.ts";
import { isObject, type Json } from "../../files/json.ts";

let compiled: ValidateFunction | undefined;

/** What the published schema says against a file; a base is a part, whether it says so or not. */
export const fileMistakes = (value: Json, isBase: boolean): readonly Mistake[] => {
  const validate = (compiled ??= new Ajv({
    allErrors: true,
    verbose: true,
    strict: false,
    ownProperties: true,
    inlineRefs: false,
    code: { optimize: false },
  }).compile(fileSchema));
  const file = isBase && isObject(value) && !Object.hasOwn(value, "extends") ? { ...value, extends: [] } : value;
  return validate(file) ? [] : mistakesOf(validate.errors ?? [], fileSchema);
};
