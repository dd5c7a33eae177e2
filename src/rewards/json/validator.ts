/**
 * Validators of JSON schemas that a stranger may have written: bounded, no references to elsewhere, patterns in linear
 * time, and steps that are counted.
 */
import { Ajv, type Format, type FuncKeywordDefinition, type Options } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import ajvFormats, { type FormatName } from "ajv-formats";
import { linearRegExp, type LinearRegExp } from "../linear-regexp.ts";
import { countedSchema, counter, weightOf } from "./counted-schema.ts";

/** Limits of a schema, and of what one answer may take: counts, so that it is refused on every machine or on none. */
const most = { characters: 100_000, depth: 64, instructions: 100_000, steps: 30_000_000 } as const;

/** Steps in whose time a pattern of so many instructions searches one character. */
const stepsOfSearch = (instructions: number): number => Math.max(32, instructions / 8);

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
  let linear: LinearRegExp | undefined;
  return (text) => {
    linear ??= linearRegExp(format.source, { fromJavaScript: true, ignoreCase: format.ignoreCase });
    return linear.test(text);
  };
};

const options = {
  strict: true,
  strictTypes: false,
  strictTuples: false,
  ownProperties: true,
  logger: false,
  messages: false,
  // A part that many refer to is compiled once.
  inlineRefs: false,
  formats: Object.fromEntries(formatNames.map((name) => [name, formatOf(name)])),
  code: {
    // Its optimizer takes longer than what it spares, and would leave out a call of which nothing is read.
    optimize: false,
  },
} satisfies Options;

type Dialect = typeof Ajv | typeof Ajv2020;

/** What says what is wrong with a schema, in words: one for each dialect, for it takes longer than most schemas. */
const checkers = new Map<Dialect, Ajv>();

/** Errors of the library for what is no schema. */
const checkSchema = (schema: object, dialect: Dialect): void => {
  const checker = checkers.get(dialect) ?? new dialect({ ...options, messages: true });
  checkers.set(dialect, checker);
  void checker.validateSchema(schema, true);
};

/** The patterns of a schema, each compiled once, and all of them not too large. */
class Patterns {
  readonly #known = new Map<string, LinearRegExp>();
  #instructions = 0;

  readonly get = (pattern: string): LinearRegExp => {
    const known = this.#known.get(pattern);
    if (known !== undefined) return known;
    const made = linearRegExp(pattern, { fromJavaScript: true });
    this.#instructions += made.size;
    if (this.#instructions > most.instructions) {
      throw new RangeError(
        `expected patterns of at most ${most.instructions} instructions together, got more; have them repeat less`,
      );
    }
    this.#known.set(pattern, made);
    return made;
  };

  /** Ajv tells patterns apart by their texts. */
  readonly engine = Object.assign((pattern: string) => ({ ...this.get(pattern), toString: () => pattern }), {
    code: "linearRegExp",
  });
}

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

/** What a part goes through in a value: characters, items, names; `search` is what its patterns take a character. */
const stepsOf = (value: unknown, search: number): number => {
  if (typeof value === "string") return 1 + value.length * (1 + search);
  if (typeof value !== "object" || value === null) return 1;
  if (Array.isArray(value)) return 1 + value.length;
  return Object.keys(value).reduce((sum, name) => sum + 1 + name.length * search, 1);
};

/** A text that equal values share, whatever the order of their keys. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

/** The steps of one answer. */
class Steps {
  #taken = 0;
  readonly #patterns: Patterns;

  constructor(patterns: Patterns) {
    this.#patterns = patterns;
  }

  /** Counts each part that is applied, before its other keywords are. */
  readonly counter: FuncKeywordDefinition = {
    keyword: counter,
    before: "$ref",
    errors: false,
    compile: (_value: unknown, part: Readonly<Record<string, unknown>>) => {
      const weight = weightOf(part);
      const { pattern, patternProperties } = part;
      const patterns = [...(typeof pattern === "string" ? [pattern] : []), ...Object.keys(patternProperties ?? {})];
      const search = patterns.reduce((sum, one) => sum + stepsOfSearch(this.#patterns.get(one).size), 0);
      return (value: unknown) => this.#take(weight + stepsOf(value, search));
    },
  };

  /** Ajv's own compares each item with each other one. */
  readonly uniqueItems: FuncKeywordDefinition = {
    keyword: "uniqueItems",
    type: "array",
    schemaType: "boolean",
    errors: false,
    validate: (isUnique: boolean, items: readonly unknown[]) => {
      if (!isUnique) return true;
      const texts = items.map(canonical);
      this.#take(texts.reduce((sum, { length }) => sum + length, 0));
      return new Set(texts).size === items.length;
    },
  };

  begin(): void {
    this.#taken = 0;
  }

  #take(steps: number): true {
    this.#taken += steps;
    if (this.#taken <= most.steps) return true;
    throw new RangeError(
      `expected a schema that an answer is held to in at most ${most.steps} steps, got one that takes more: parts ` +
        "that refer to themselves are tried again for each alternative, and patterns search each text; have allOf, " +
        "anyOf and oneOf refer to each part once, tell alternatives apart by a property with const, or bound answers " +
        "with maxItems and maxLength",
    );
  }
}

/**
 * Says whether a value is of the schema: draft 7, or 2020-12 where `$schema` says so. `RangeError` for a schema that is
 * none, has keywords or formats that are not known, refers to elsewhere, is nested deeper than 64 levels or longer than
 * 100,000 characters, or whose references lead nowhere; of what is returned for a value that takes more than
 * 30,000,000 steps.
 */
export const schemaValidator = (schema: Readonly<Record<string, unknown>>): ((value: unknown) => boolean) => {
  check(schema);
  const { length } = JSON.stringify(schema);
  if (length > most.characters)
    throw new RangeError(`expected a schema of at most ${most.characters} characters, got ${length}`);
  const { $schema: dialect } = schema;
  const counted = countedSchema(schema);
  const patterns = new Patterns();
  const Dialect = typeof dialect === "string" && dialect.includes("2020-12") ? Ajv2020 : Ajv;
  const ajv = new Dialect({ ...options, validateSchema: false, code: { ...options.code, regExp: patterns.engine } });
  const steps = new Steps(patterns);
  ajv.removeKeyword("uniqueItems").addKeyword(steps.uniqueItems).addKeyword(steps.counter);
  try {
    checkSchema(schema, Dialect);
    const validate = ajv.compile(counted);
    return (value) => {
      steps.begin();
      return validate(value);
    };
  } catch (cause) {
    throw new RangeError(`expected a JSON schema, got an error: ${(cause as Error).message}`, { cause });
  }
};
