/** Overrides from the command line and the environment: `/objective/alpha=0.5` sets one value of an experiment. */
import { formatPointer, isObject, omit, parsePointer, valueAt, type Json, type JsonObject } from "../../files/json.ts";
import { attempt } from "./refusals.ts";
import { ExperimentError, type Location, type Problem } from "./problem.ts";
import { typeSwitch } from "./merge-layers.ts";
import { isShortName, pointerNamed } from "./short-names.ts";
import { defined } from "../../optional/defined.ts";

/** One value to set. */
export interface Override {
  /** As it was written. */
  readonly text: string;
  /** The variable of the environment that holds it; nothing for one of the command line. */
  readonly variable?: string;
  /** Of the value; a short name (`alpha`) until the file is known that says which value it means. */
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
 * Reads `pointer=value`, or a short name for the pointer; the value is JSON where it parses as JSON, and text
 * otherwise. `RangeError` for anything else, for the whole file (an empty pointer), for keys named `__proto__`, and for
 * more than 4096 characters.
 */
export const parseOverride = (text: string): Override => {
  if (text.length > longest) throw new RangeError(`expected at most ${longest} characters, got ${text.length}`);
  const split = text.indexOf("=");
  if (split < 0) throw new RangeError(`expected /pointer=value, such as /objective/alpha=0.5, or name=value`);
  const name = text.slice(0, split);
  const keys = parsePointer(isShortName(name) ? `/${name}` : name);
  if (keys.length === 0) throw new RangeError(`expected a pointer to one value, such as /objective/alpha, before "="`);
  const value = parseValue(text.slice(split + 1));
  if (keys.includes("__proto__") || holdsPrototype(value)) throw new RangeError(`the key "__proto__" is not allowed`);
  if (holdsInfinity(value)) throw new RangeError("expected numbers that are finite");
  if (keys.includes("")) throw new RangeError(`expected a key after each "/"`);
  return { text, pointer: isShortName(name) ? name : formatPointer(keys), value };
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
  // Another plug-in starts with its own defaults: parameters of the old one would be mistakes, or mean something else.
  if (rest.length === 0 && typeSwitch(target, { [key]: value }, path) !== undefined) return { [key]: value };
  const before = Object.hasOwn(object, key) ? object[key] : undefined;
  return { ...object, [key]: set(before, rest, value, `${path}/${key}`) };
};

/**
 * The value with one override applied; objects on the way are created, `null` takes a key away, and another `type`
 * takes the parameters of the old one with it. `RangeError` where
 * the way goes through a scalar or past a list's end.
 */
export const applyOverride = (value: Json, override: Override): Json =>
  set(value, parsePointer(override.pointer), override.value, "");

const parentOf = (pointer: string): string => pointer.slice(0, pointer.lastIndexOf("/"));

/**
 * What is set in the order in which it can be: a `type` before what else is set of its plug-in by the same layer, which
 * would go with the old plug-in otherwise. What is set of anything else stays in its order.
 */
export const typesFirst = <T extends Pick<Override, "pointer" | "variable">>(settings: readonly T[]): T[] => {
  const ordered: T[] = [];
  for (const setting of settings) {
    const { pointer, variable } = setting;
    const part = `${parentOf(pointer)}/`;
    let at = ordered.length;
    if (/\/(?:type|module)$/u.test(pointer)) {
      const fixed = ordered.findLastIndex(
        (one) => one.variable !== variable || one.pointer === pointer || part.startsWith(`${one.pointer}/`),
      );
      const first = ordered.findIndex((one, i) => i > fixed && one.pointer.startsWith(part));
      if (first >= 0) at = first;
    }
    ordered.splice(at, 0, setting);
  }
  return ordered;
};

/** An axis that is set by a short name, as in `/sweep/axes/alpha=[0.1, 0.5]`. */
const namedAxis = (pointer: string, value: Json): string | undefined => {
  const [, name] = /^\/sweep\/axes\/([^/]+)$/u.exec(pointer) ?? [];
  const key = name === undefined ? undefined : parsePointer(`/${name}`)[0]!;
  if (key === undefined || !isShortName(key)) return undefined;
  // An axis that the file itself calls so is replaced.
  return valueAt(value, pointer) === undefined ? key : undefined;
};

/** What a short name is in the overrides so far: those of variants too. */
const valuesAfter = (values: readonly Json[], overrides: readonly Override[]): readonly Json[] =>
  values.map((value) => typesFirst(overrides).reduce((result, override) => attemptOverride(result, override), value));

/** The override applied, or the value as it was where that is a mistake, which is told when all are applied. */
const attemptOverride = (value: Json, override: Override): Json => {
  const made = attempt(() => applyOverride(value, override));
  return "part" in made ? made.part : value;
};

/**
 * Overrides with pointers for short names, in files of these values: the file's runs. `ExperimentError` with every name
 * that is none or may be several.
 */
export const withPointers = (overrides: readonly Override[], values: readonly Json[]): Override[] => {
  const problems: Problem[] = [];
  const known: Override[] = [];
  for (const override of overrides) {
    const { pointer } = override;
    const axis = namedAxis(pointer, values[0] ?? {});
    const name = axis ?? (pointer.startsWith("/") ? undefined : pointer);
    const made = attempt(() => (name === undefined ? pointer : pointerNamed(name, valuesAfter(values, known))));
    if ("message" in made) problems.push({ location: locationOf(override), pointer, message: made.message });
    else
      known.push({ ...override, pointer: axis === undefined ? made.part : `/sweep/axes${formatPointer([made.part])}` });
  }
  if (problems.length > 0) throw new ExperimentError(problems);
  return known;
};

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
  const texts = text.includes("\n") ? text.split("\n") : text.split(/\s+(?=(?:\/[^\s=]+|[A-Za-z_]\w*)=)/u);
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
