/**
 * Checks values against the schema: fills in defaults, and says every mistake in words, with the nearest name that is
 * known.
 */
import { Ajv, type ErrorObject, type Options, type ValidateFunction } from "ajv";
import { formatPointer, isObject, parsePointer, type Json, type JsonObject } from "../../files/json.ts";
import { didYouMean } from "../../files/near-name.ts";
import { dataOf, moduleKeyword, moduleKeywordDefinition } from "../../plugins/module-keyword.ts";
import { exampleOf } from "./example.ts";
import { expectation, quoted, suchAs } from "./expectation.ts";
import { keysOf } from "./located-schema.ts";
import { narrowedSchema, typesIn, typesOfDefaults } from "./narrowed-schema.ts";

/** A value's key, the value itself, or the value with everything inside it. */
export type Part = "key" | "value" | "whole";

/** A mistake in values, wherever they were written. */
export interface Mistake {
  /** What is wrong: for an unknown key the key itself, for a missing one the object that lacks it. */
  readonly pointer: string;
  /** What to point at: the value (when left out), its key, or the value with all that was set inside it. */
  readonly part?: Part;
  readonly message: string;
}

/** Either the values with their defaults, or every mistake. */
export type Checked<T> = { readonly values: T } | { readonly mistakes: readonly Mistake[] };

const list = (names: readonly unknown[]): string =>
  names.map((name) => (typeof name === "string" ? `"${name}"` : String(name))).join(", ");

const typesOf = (schema: JsonObject): string[] =>
  (Array.isArray(schema["oneOf"]) ? (schema["oneOf"] as readonly Json[]) : []).flatMap((branch) => {
    const properties = isObject(branch) ? branch["properties"] : undefined;
    const type = isObject(properties) ? properties["type"] : undefined;
    return isObject(type) && typeof type["const"] === "string" ? [type["const"]] : [];
  });

const below = (pointer: string, key: string): string => pointer + formatPointer([key]);

const unionMistake = (pointer: string, schema: JsonObject, data: unknown): Mistake => {
  const types = typesOf(schema);
  const given = isObject(data) ? data["type"] : undefined;
  if (given === undefined) return { pointer, message: `missing key "type": one of ${list(types)}` };
  const hint =
    given === "module"
      ? '; a module is named by its file, { "module": "./own.ts" }, with its parameters beside it;'
      : typeof given === "string"
        ? didYouMean(given, types)
        : "";
  return {
    pointer: below(pointer, "type"),
    message: `unknown type ${quoted(given)}${hint}${hint === "" ? ";" : ""} expected one of ${list(types)}`,
  };
};

const unknownKey = (pointer: string, key: string, schema: JsonObject): Mistake => {
  const hint = didYouMean(key, keysOf(schema));
  return {
    pointer: below(pointer, key),
    part: "key",
    message: `unknown key "${key}"${hint === "" ? `; known: ${keysOf(schema).join(", ")}` : hint}`,
  };
};

const missingKey = (pointer: string, key: string, schema: JsonObject, document: JsonObject): Mistake => {
  const properties = schema["properties"];
  const wanted = isObject(properties) ? properties[key] : undefined;
  const description =
    isObject(wanted) && typeof wanted["description"] === "string" ? ` (${wanted["description"]})` : "";
  if (!isObject(wanted)) return { pointer, message: `missing key "${key}"` };
  const example = quoted(exampleOf(document, { schema: wanted, pointer: "" }, key));
  return { pointer, message: `missing key "${key}"${description}, such as "${key}": ${example}` };
};

/** Their values are all said by their name: `true or false`, `null`. */
const enumerated: readonly Json[] = ["boolean", "null"];

/** `, such as 0.5`: a value that a schema takes; nothing for the file itself, and where the expectation lists all. */
const exampleFor = (schema: JsonObject, pointer: string, document: JsonObject): string => {
  if (pointer === "" || schema["type"] === undefined || enumerated.includes(schema["type"])) return "";
  const key = parsePointer(pointer).findLast((part) => !/^\d+$/u.test(part)) ?? "";
  return suchAs(exampleOf(document, { schema, pointer: "" }, key));
};

/** In words what one of ajv's errors means; undefined where another error says it better. */
const toMistake = (error: ErrorObject, document: JsonObject): Mistake | undefined => {
  const pointer = error.instancePath;
  const schema = (error.parentSchema ?? {}) as JsonObject;
  const data = dataOf(error);
  const params = error.params as Readonly<Record<string, unknown>>;
  switch (error.keyword) {
    case "if":
      return undefined;
    case "additionalProperties":
      return unknownKey(pointer, String(params["additionalProperty"]), schema);
    case "required":
      return missingKey(pointer, String(params["missingProperty"]), schema, document);
    case "discriminator":
      return unionMistake(pointer, schema, data);
    case "enum": {
      const allowed = schema["enum"] as readonly Json[];
      const texts = allowed.filter((value) => typeof value === "string");
      const hint = typeof data === "string" ? didYouMean(data, texts) : "";
      return { pointer, message: `expected one of ${list(allowed)}, got ${quoted(data)}${hint}` };
    }
    case "const":
      return { pointer, message: `expected ${quoted(schema["const"])}, got ${quoted(data)}` };
    case "type":
    case "minimum":
    case "maximum":
    case "exclusiveMinimum":
    case "exclusiveMaximum":
      return {
        pointer,
        message: `expected ${expectation(schema)}${exampleFor(schema, pointer, document)}, got ${quoted(data)}`,
      };
    case "minProperties":
    case "minItems": {
      const limit = Number(params["limit"]);
      const least = `at least ${limit} ${limit === 1 ? "entry" : "entries"}`;
      return { pointer, message: `expected ${least}${exampleFor(schema, pointer, document)}, got ${quoted(data)}` };
    }
    case "propertyNames":
      return {
        pointer: below(pointer, String(params["propertyName"])),
        part: "key",
        message:
          `expected a name of letters, digits, ".", "_" and "-", at most 64 long${suchAs("sft-1")}, got ` +
          `${quoted(params["propertyName"])}`,
      };
    case moduleKeyword:
      return { pointer, message: error.message ?? "" };
    case "false schema":
      return { pointer, message: `the key "${pointer.slice(pointer.lastIndexOf("/") + 1)}" can't be here` };
    default:
      return {
        pointer,
        message: `${error.message ?? error.keyword}${exampleFor(schema, pointer, document)}, got ${quoted(data)}`,
      };
  }
};

/** A misspelt key is said once: as unknown with its nearest name, and not as missing too. */
const misspelt = (error: ErrorObject, errors: readonly ErrorObject[]): boolean =>
  error.keyword === "required" &&
  errors.some(({ keyword, instancePath, params }) => {
    const unknown = (params as Readonly<Record<string, unknown>>)["additionalProperty"];
    const missing = (error.params as Readonly<Record<string, unknown>>)["missingProperty"];
    return (
      keyword === "additionalProperties" &&
      instancePath === error.instancePath &&
      didYouMean(String(unknown), [String(missing)]) !== ""
    );
  });

const unique = (mistakes: readonly Mistake[]): Mistake[] => [
  ...new Map(mistakes.map((mistake) => [`${mistake.pointer}\n${mistake.message}`, mistake])).values(),
];

const kinds = ["type", "const", "enum"];

const isNull = (schema: Json): boolean => isObject(schema) && schema["type"] === "null";

/** The alternatives of a value of which none is of its kind: they are said in one sentence. */
const choicesOf = (error: ErrorObject, errors: readonly ErrorObject[]): readonly Json[] => {
  if (error.keyword !== "anyOf") return [];
  const inside = errors.filter((other) => other !== error && other.instancePath.startsWith(error.instancePath));
  const areKinds = inside.every((other) => other.instancePath === error.instancePath && kinds.includes(other.keyword));
  const choices = ((error.parentSchema as JsonObject)["anyOf"] as readonly Json[]).filter((one) => !isNull(one));
  return areKinds && choices.length > 2 ? choices : [];
};

const choiceMistake = (error: ErrorObject, choices: readonly Json[], document: JsonObject): Mistake => {
  const pointer = error.instancePath;
  const texts = choices.map((schema) => quoted(exampleOf(document, { schema: schema as JsonObject, pointer: "" }, "")));
  return { pointer, message: `expected one of ${texts.join(", ")}, got ${quoted(error.data)}` };
};

/** That nothing fits is said by what each alternative lacks; that null would do is not worth saying. */
const saysNothing = (
  { keyword, params, instancePath, schemaPath }: ErrorObject,
  errors: readonly ErrorObject[],
): boolean => {
  if (keyword === "type" && (params as { readonly type?: unknown }).type === "null") return true;
  return (
    keyword === "anyOf" &&
    errors.some((other) => other.schemaPath !== schemaPath && other.instancePath.startsWith(instancePath))
  );
};

/** In words what ajv found by a schema, each mistake once. It must have been asked to be verbose. */
export const mistakesOf = (found: readonly ErrorObject[], document: JsonObject): readonly Mistake[] => {
  const choices = found.map((error) => [error, choicesOf(error, found)] as const).filter(([, all]) => all.length > 0);
  const places = choices.map(([{ instancePath }]) => instancePath);
  const errors = found.filter((error) => !places.includes(error.instancePath) && !saysNothing(error, found));
  // A name's own error (its pattern) is repeated by `propertyNames`, which says whose name it is.
  const said = errors.filter((error) => error.propertyName === undefined && !misspelt(error, errors));
  const mistakes = unique([
    ...choices.map(([error, all]) => choiceMistake(error, all, document)),
    ...said.flatMap((error) => toMistake(error, document) ?? []),
  ]);
  const [first] = found;
  return mistakes.length > 0 || first === undefined
    ? mistakes
    : [{ pointer: first.instancePath, message: first.message ?? first.keyword }];
};

/**
 * Options for schemas as large as the experiment's: written out at each use and optimised, it takes five times as
 * long to compile, and each value is checked once. Tests hold it to the schema of schemas, which takes as long again.
 */
const options: Options = {
  allErrors: true,
  discriminator: true,
  useDefaults: true,
  strict: true,
  validateSchema: false,
  verbose: true,
  ownProperties: true,
  allowUnionTypes: true,
  inlineRefs: false,
  passContext: true,
  code: { optimize: false },
  keywords: [moduleKeywordDefinition],
};

/** Times that a narrowed schema is compiled for types that the one before had not, before the whole one is. */
const mostNarrowed = 4;

/**
 * A validator of values with these types that is quick to have; where there have been too many different ones, that of
 * all.
 */
const narrowedValidator = <T>(schema: JsonObject): ((value: Json) => ValidateFunction<T>) => {
  const types = new Set(typesOfDefaults(schema));
  let [compiled, times]: [ValidateFunction<T> | undefined, number] = [undefined, 0];
  return (value) => {
    const missing = [...typesIn(value)].filter((type) => !types.has(type));
    if (compiled !== undefined && (missing.length === 0 || times > mostNarrowed)) return compiled;
    for (const type of missing) types.add(type);
    times += 1;
    compiled = new Ajv(options).compile<T>(times > mostNarrowed ? schema : narrowedSchema(schema, types));
    return compiled;
  };
};

const accepts = <T>(
  validate: ValidateFunction<T>,
  context: { folder?: string | undefined },
  value: unknown,
): value is T => validate.call(context as typeof validate, value);

/**
 * Makes a checker of plain values, from a schema that is compiled when it is needed. The values that it is given are
 * left as they are; what it returns is a copy with defaults, and with the hash of the code of each module, which it
 * reads. Paths of modules count from `folder`; without one they are not read.
 */
export const checker = <T>(schema: JsonObject): ((value: Json, folder?: string) => Checked<T>) => {
  const narrowed = narrowedValidator<T>(schema);
  let whole: ValidateFunction<T> | undefined;
  return (value, folder) => {
    const copy: unknown = structuredClone(value);
    const context = { folder };
    if (accepts(narrowed(value), context, copy)) return { values: copy };
    // What is wrong is said with all that there might have been.
    whole ??= new Ajv(options).compile<T>(schema);
    const again: unknown = structuredClone(value);
    return accepts(whole, context, again) ? { values: again } : { mistakes: mistakesOf(whole.errors ?? [], schema) };
  };
};
