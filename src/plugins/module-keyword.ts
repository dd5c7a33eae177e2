/**
 * The keyword of schemas by which a member of a family may come from a user's own module: the check of a file reads the
 * module, checks its parameters by its own schema, and writes down the hash of its code.
 */
import { resolve } from "node:path";
import { Ajv, type ErrorObject, type KeywordDefinition, type SchemaValidateFunction } from "ajv";
import { closedObject } from "./closed-object.ts";
import type { ModuleCode } from "./module-code.ts";
import { contractOf } from "./module-contracts.ts";
import { moduleForm, pluginIn, readModule } from "./module-registry.ts";
import type { KindedPlugin, PluginKind } from "./plugin.ts";

/** The keyword: its value is a kind, or a kind with the keys that are every member's. */
export const moduleKeyword = "retortModule";

/** The value of the keyword. */
export interface ModuleSchema {
  readonly kind: PluginKind;
  /** Keys of the values that are not the plug-in's. */
  readonly common: readonly string[];
}

/** What `this` is while values are checked; the folder that paths count from. */
export interface ModuleFolder {
  readonly folder: string;
}

type Values = Record<string, unknown>;

/** The data that an error is about: what came of an error of a module's own schema. */
export const dataOf = ({ params, data }: ErrorObject): unknown => {
  const own = params as { readonly given?: unknown };
  return Object.hasOwn(own, "given") ? own.given : data;
};

const mistake = (key: string, message: string, data: unknown): Partial<ErrorObject> => ({
  keyword: moduleKeyword,
  instancePath: `/${key}`,
  message,
  data,
  params: {},
  schemaPath: `#/${moduleKeyword}`,
});

/** The schema of all parameters: ajv fills in defaults of what is not required. */
const schemaOf = ({ parameters = {}, schema = closedObject(parameters) }: KindedPlugin): object => {
  const plain = JSON.parse(JSON.stringify({ type: "object", additionalProperties: false, ...(schema as object) })) as {
    readonly required?: readonly string[];
    readonly properties?: Readonly<Record<string, Values>>;
  };
  const hasDefault = (key: string): boolean => plain.properties?.[key]?.["default"] !== undefined;
  return { ...plain, required: (plain.required ?? []).filter((key) => !hasDefault(key)) };
};

/** `RangeError` for a parameter that would never come: the file has another meaning for its name. */
const checkNames = (schema: object, reserved: readonly string[]): void => {
  const { properties = {} } = schema as { readonly properties?: object };
  const taken = Object.keys(properties).filter((name) => reserved.includes(name));
  if (taken.length > 0)
    throw new RangeError(`expected parameters that are not called ${reserved.join(", ")}, got ${taken.join(", ")}`);
};

/** What is wrong with the parameters; fills in the defaults of those that are left out. */
const parameterMistakes = (
  plugin: KindedPlugin,
  given: Values,
  common: readonly string[],
): readonly Partial<ErrorObject>[] => {
  if (plugin.schema === true) return [];
  checkNames(schemaOf(plugin), ["module", "code", ...common]);
  const ajv = new Ajv({ allErrors: true, verbose: true, useDefaults: true, strict: false, ownProperties: true });
  const validate = ajv.compile(schemaOf(plugin));
  return validate(given) ? [] : (validate.errors ?? []);
};

/** The module's code. An error that names no other file says what a module of the kind is written like. */
const codeIn = (file: string, kind: PluginKind): ModuleCode => {
  try {
    return readModule(file);
  } catch (error) {
    if (error instanceof RangeError && !error.message.includes("did you mean"))
      error.message += `; ${moduleForm(kind)}`;
    throw error;
  }
};

const mistakesIn = (
  values: Values,
  { kind, common }: ModuleSchema,
  folder: string,
): readonly Partial<ErrorObject>[] => {
  const { module: path, code, ...others } = values;
  const own = Object.fromEntries(Object.entries(others).filter(([key]) => !common.includes(key)));
  try {
    const read = codeIn(resolve(folder, String(path)), kind);
    if (code !== undefined && code !== read.hash)
      return [mistake("code", `expected the code of ${String(path)} to have the sha256 ${read.hash}`, code)];
    const found = parameterMistakes(pluginIn(read, kind, contractOf(kind)), own, common);
    if (found.length === 0) Object.assign(values, own, { code: read.hash });
    return found;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return [mistake("module", error.message, path)];
  }
};

/**
 * The values with their module's defaults and the hash of its code, for those that no file's check has seen.
 * `RangeError` with every mistake.
 */
export const readValues = (values: object, schema: ModuleSchema, folder: string): object => {
  const copy: Values = { ...values };
  const found = mistakesIn(copy, schema, folder);
  if (found.length === 0) return copy;
  const texts = found.map(({ instancePath = "", message = "" }) =>
    ["", "/module"].includes(instancePath) ? message : `${instancePath}: ${message}`,
  );
  throw new RangeError(`${schema.kind}: ${texts.join("; ")}`);
};

/** Without a folder, as in an editor, modules are not read. */
const validate: SchemaValidateFunction = function (this: ModuleFolder | undefined, schema, data, _parent, context) {
  if (this?.folder === undefined) return true;
  const found = mistakesIn(data as Values, schema as ModuleSchema, this.folder);
  const at = context?.instancePath ?? "";
  validate.errors = found.map((error) => ({
    ...error,
    instancePath: `${at}${error.instancePath ?? ""}`,
    // The validator around this one puts the module's values where these data are.
    params: { ...error.params, given: error.data },
  }));
  return found.length === 0;
};

/** For a validator that `passContext` is set of; it is called with a `ModuleFolder` as `this`. */
export const moduleKeywordDefinition: KeywordDefinition = {
  keyword: moduleKeyword,
  type: "object",
  schemaType: "object",
  modifying: true,
  errors: "full",
  validate,
};
