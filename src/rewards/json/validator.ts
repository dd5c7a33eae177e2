/**
 * Validators of JSON schemas that a stranger may have written: bounded, no references to elsewhere, patterns in linear
 * time.
 */
import { Ajv, type Format, type Options } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import ajvFormats, { type FormatName } from "ajv-formats";
import { linearRegExp } from "../linear-regexp.ts";

/** Limits of a schema. */
const most = { characters: 100_000, depth: 64 } as const;

const formatNames = [
  "date",
  "time",
  "date-time",
  "duration",
  "email",
  "hostname",
  "ipv4",
  "ipv6",
  "uri",
  "uuid",
  "json-pointer",
] as const;

/** RE2 does not read look-ahead; these two take linear time as they are. */
const withLookAhead: ReadonlySet<FormatName> = new Set(["duration", "hostname"]);

const formatOf = (name: FormatName): Format => {
  const format = ajvFormats.default.get(name);
  if (!(format instanceof RegExp) || withLookAhead.has(name)) return format;
  return (text) => linearRegExp(format.source, { fromJavaScript: true, ignoreCase: format.ignoreCase }).test(text);
};

const options: Options = {
  strict: true,
  strictTypes: false,
  strictTuples: false,
  ownProperties: true,
  logger: false,
  formats: Object.fromEntries(formatNames.map((name) => [name, formatOf(name)])),
  code: {
    regExp: Object.assign((pattern: string) => linearRegExp(pattern, { fromJavaScript: true }), {
      code: "linearRegExp",
    }),
  },
};

/** Every reference stays in the schema, and nothing is waited for. */
const check = (part: unknown, depth = 0): void => {
  if (typeof part !== "object" || part === null) return;
  if (depth > most.depth) throw new RangeError(`expected at most ${most.depth} levels, got more`);
  for (const [key, value] of Object.entries(part)) {
    if (key === "$async") throw new RangeError("expected a schema without $async, got one with it");
    if (/^\$(?:dynamic|recursive)?Ref$/i.test(key) && typeof value === "string" && !value.startsWith("#")) {
      throw new RangeError(`expected ${key} into the schema itself (#...), got ${JSON.stringify(value.slice(0, 80))}`);
    }
    check(value, depth + 1);
  }
};

/**
 * Says whether a value is of the schema: draft 7, or 2020-12 where `$schema` says so. `RangeError` for a schema that is
 * none, has keywords or formats that are not known, refers to elsewhere, is nested deeper than 64 levels or longer than
 * 100,000 characters.
 */
export const schemaValidator = (schema: Readonly<Record<string, unknown>>): ((value: unknown) => boolean) => {
  const { length } = JSON.stringify(schema);
  if (length > most.characters)
    throw new RangeError(`expected a schema of at most ${most.characters} characters, got ${length}`);
  check(schema);
  const { $schema: dialect } = schema;
  const ajv = typeof dialect === "string" && dialect.includes("2020-12") ? new Ajv2020(options) : new Ajv(options);
  try {
    const validate = ajv.compile(schema);
    return (value) => validate(value);
  } catch (cause) {
    throw new RangeError(`expected a JSON schema, got an error: ${(cause as Error).message}`, { cause });
  }
};
