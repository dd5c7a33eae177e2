/** Values of an experiment by the end of their pointers: `alpha` for `/objective/alpha` where no other ends so. */
import { closest } from "fastest-levenshtein";
import { formatPointer, isObject, type Json, type JsonObject } from "../../files/json.ts";
import { wholeFileSchema } from "../schema/file-schema.ts";
import {
  alternatives,
  inside,
  keysOf,
  takesObjects,
  typeOf,
  under,
  type LocatedSchema,
} from "../schema/located-schema.ts";

/** Levels below which nothing has a short name; teachers and rewards may hold others without end. */
const deepest = 12;

/** What describes a file or is made of its other parts: no value of a training. */
const others = ["$schema", "extends", "variants", "sweep", "claims"];

/** The objects that a value may be, as far as its type and its keys say. */
const fitting = (located: LocatedSchema, value: Json | undefined): readonly LocatedSchema[] => {
  const all = alternatives(wholeFileSchema, located);
  const objects = all.filter(({ schema }) => takesObjects(schema));
  if (Array.isArray(value)) return all.filter(({ schema }) => schema["type"] === "array");
  // What is left out and has no default is not there: its keys have no short names.
  if (!isObject(value)) return [];
  const typed = objects.filter(({ schema }) => typeOf(schema) === undefined || typeOf(schema) === value["type"]);
  const whole = typed.filter((one) => Object.keys(value).every((key) => inside(one, key).length > 0));
  return whole.length > 0 ? whole : typed;
};

const keysWithin = ({ schema }: LocatedSchema, value: Json | undefined): string[] => [
  ...new Set([...keysOf(schema), ...(isObject(value) || Array.isArray(value) ? Object.keys(value) : [])]),
];

const addPointers = (
  located: LocatedSchema,
  value: Json | undefined,
  keys: readonly string[],
  found: Set<string>,
): void => {
  if (keys.length > deepest) return;
  for (const one of fitting(located, value)) {
    for (const key of keysWithin(one, value)) {
      if (keys.length === 0 && others.includes(key)) continue;
      for (const next of inside(one, key)) {
        const path = [...keys, key];
        found.add(formatPointer(path));
        const held = isObject(value) || Array.isArray(value) ? (value as JsonObject)[key] : undefined;
        addPointers(next, held ?? next.schema["default"], path, found);
      }
    }
  }
};

/** Pointers of all that files with these values have or may have, as the schema says for their types. */
const pointersOf = (values: readonly Json[]): readonly string[] => {
  const found = new Set<string>();
  for (const value of values) addPointers(under({ schema: wholeFileSchema, pointer: "" }), value, [], found);
  return [...found];
};

const listed = (pointers: readonly string[]): string =>
  pointers.length > 8 ? `${pointers.slice(0, 8).join(", ")} and ${pointers.length - 8} more` : pointers.join(", ");

/** True for what may be a short name: keys without the slash that begins a pointer. */
export const isShortName = (text: string): boolean => /^[A-Za-z_$][\w.$-]*(?:\/[\w.$-]+)*$/u.test(text);

/**
 * The pointer that a short name means in files of these values: a key of the file itself, else the one value of
 * the run that ends so, else the one value of a stage. `RangeError` with the candidates where several end so, and with
 * the nearest where none does.
 */
export const pointerNamed = (name: string, values: readonly Json[]): string => {
  const all = pointersOf(values);
  if (all.includes(`/${name}`)) return `/${name}`;
  const ending = all.filter((pointer) => pointer.endsWith(`/${name}`));
  const own = ending.filter((pointer) => !pointer.startsWith("/stages/"));
  const [first, ...more] = own.length > 0 ? own : ending;
  if (first !== undefined && more.length === 0) return first;
  if (first !== undefined)
    throw new RangeError(`expected one of ${listed([first, ...more])}, got "${name}"; write the one that you mean`);
  const lastKey = (pointer: string): string => pointer.slice(pointer.lastIndexOf("/") + 1);
  const nearest = closest(lastKey(name), all.map(lastKey));
  const near = all.filter((pointer) => lastKey(pointer) === nearest);
  throw new RangeError(`no value of this file is called "${name}"; did you mean ${listed(near)}?`);
};
