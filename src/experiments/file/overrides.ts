/** Overrides from the command line and the environment: `/objective/alpha=0.5` sets one value of an experiment. */
import { formatPointer, isObject, omit, parsePointer, type Json, type JsonObject } from "../../files/json.ts";
import { ExperimentError, type Location, type Problem } from "./problem.ts";
import { defined } from "../../optional/defined.ts";

/** One value to set. */
export interface Override {
  /** As it was written. */
  readonly text: string;
  /** The variable of the environment that holds it; nothing for one of the command line. */
  readonly variable?: string;
  readonly pointer: string;
  readonly value: Json;
}

const longest = 4096;

const parseValue = (text: string): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
};

const holdsInfinity = (value: Json): boolean => {
  if (typeof value === "number") return !Number.isFinite(value);
  return typeof value === "object" && value !== null && Object.values(value).some((inner) => holdsInfinity(inner));
};

const holdsPrototype = (value: Json): boolean => {
  if (Array.isArray(value)) return (value as readonly Json[]).some(holdsPrototype);
  return isObject(value) && Object.entries(value).some(([key, inner]) => key === "__proto__" || holdsPrototype(inner));
};

/**
 * Reads `pointer=value`; the value is JSON where it parses as JSON, and text otherwise. `RangeError` for anything else,
 * for the whole file (an empty pointer), for keys named `__proto__`, and for more than 4096 characters.
 */
export const parseOverride = (text: string): Override => {
  if (text.length > longest) throw new RangeError(`expected at most ${longest} characters, got ${text.length}`);
  const split = text.indexOf("=");
  if (split < 0) throw new RangeError(`expected /pointer=value, such as /objective/alpha=0.5`);
  const keys = parsePointer(text.slice(0, split));
  if (keys.length === 0) throw new RangeError(`expected a pointer to one value, such as /objective/alpha, before "="`);
  const value = parseValue(text.slice(split + 1));
  if (keys.includes("__proto__") || holdsPrototype(value)) throw new RangeError(`the key "__proto__" is not allowed`);
  if (holdsInfinity(value)) throw new RangeError("expected numbers that are finite");
  if (keys.includes("")) throw new RangeError(`expected a key after each "/"`);
  return { text, pointer: formatPointer(keys), value };
};

const set = (target: Json | undefined, keys: readonly string[], value: Json, path: string): Json => {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  const here = path === "" ? "the file" : path;
  if (Array.isArray(target)) {
    const list = target as readonly Json[];
    const index = key === "-" ? list.length : Number(key);
    if (!/^(0|[1-9]\d*|-)$/u.test(key) || index > list.length) {
      throw new RangeError(`expected an index from 0 to ${list.length} (or "-" to append) in ${here}, got "${key}"`);
    }
    const copy = [...list];
    copy[index] = set(list[index], rest, value, `${path}/${key}`);
    return copy;
  }
  if (target !== undefined && !isObject(target)) {
    throw new RangeError(`expected an object at ${here} to hold "${key}", got ${JSON.stringify(target)}`);
  }
  const object: JsonObject = target ?? {};
  if (rest.length === 0 && value === null) return omit(object, key);
  const before = Object.hasOwn(object, key) ? object[key] : undefined;
  return { ...object, [key]: set(before, rest, value, `${path}/${key}`) };
};

/**
 * The value with one override applied; objects on the way are created, and `null` takes a key away. `RangeError` where
 * the way goes through a scalar or past a list's end.
 */
export const applyOverride = (value: Json, override: Override): Json =>
  set(value, parsePointer(override.pointer), override.value, "");

/** Where an override was written. */
export const locationOf = ({ text, variable }: Pick<Override, "text" | "variable">): Location => ({
  override: text,
  ...defined({ variable }),
});

/**
 * Reads overrides of the command line, or of a variable. `ExperimentError` with everything that is wrong with their
 * form.
 */
export const parseOverrides = (texts: readonly string[], variable?: string): Override[] => {
  const problems: Problem[] = [];
  const overrides = texts.flatMap((text) => {
    try {
      return [{ ...parseOverride(text), ...defined({ variable }) }];
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const shown = text.length > 80 ? `${text.slice(0, 77)}...` : text;
      const location = locationOf({ text: shown, ...defined({ variable }) });
      problems.push({ location, pointer: shown, message: error.message });
      return [];
    }
  });
  if (problems.length > 0) throw new ExperimentError(problems);
  return overrides;
};

/** The variable whose overrides come before those of the command line. */
const overridesVariable = "RETORT_OVERRIDES";

/**
 * The overrides of the environment: one a line, or several in a line with spaces between them. `ExperimentError` as of
 * `parseOverrides`.
 */
export const environmentOverrides = (
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Override[] => {
  const text = environment[overridesVariable]?.trim() ?? "";
  const texts = text.includes("\n") ? text.split("\n") : text.split(/\s+(?=\/[^\s=]+=)/u);
  return parseOverrides(
    texts.map((one) => one.trim()).filter((one) => one !== ""),
    overridesVariable,
  );
};

/**
 * The overrides of the environment, and over them those of the command line. `ExperimentError` as of `parseOverrides`.
 */
export const givenOverrides = (texts: readonly string[]): Override[] => [
  ...environmentOverrides(),
  ...parseOverrides(texts),
];
