/** GGUF metadata, read by key as the type that is expected. */
import type { MetadataValue } from "./gguf-values.ts";
import { quoted } from "../../../files/quoted.ts";

/** Metadata of a file, by key. */
export type Metadata = ReadonlyMap<string, MetadataValue>;

/** What a value must be, and what an error calls it. */
interface Kind<T> {
  readonly name: string;
  /** The value as it is used, or nothing when it is of another kind. */
  readonly of: (value: unknown) => T | undefined;
}

const wholeOf = (value: unknown): number | undefined => {
  const number = typeof value === "bigint" ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
};

/**
 * The shortest decimal that is this number in float32, which is how the file holds it: 1e-5, not
 * 0.000009999999747378752.
 */
const shortest = (value: number): number => {
  for (let digits = 1; digits < 9; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === Math.fround(value)) return short;
  }
  return value;
};

const listOf =
  <T>({ of }: Kind<T>) =>
  (value: unknown): T[] | undefined => {
    if (!Array.isArray(value)) return undefined;
    const list: T[] = [];
    for (const one of value as unknown[]) {
      const good = of(one);
      if (good === undefined) return undefined;
      list.push(good);
    }
    return list;
  };

/** Text. */
export const text: Kind<string> = { name: "text", of: (value) => (typeof value === "string" ? value : undefined) };

/** A whole number from 0. */
export const whole: Kind<number> = { name: "a whole number", of: wholeOf };

/** A finite number, as the shortest decimal that is the same in float32. */
export const real: Kind<number> = {
  name: "a number",
  of: (value) => (typeof value === "number" && Number.isFinite(value) ? shortest(value) : undefined),
};

/** True or false. */
export const flag: Kind<boolean> = {
  name: "true or false",
  of: (value) => (typeof value === "boolean" ? value : undefined),
};

/** A list of these. */
export const listOfKind = <T>(kind: Kind<T>): Kind<readonly T[]> => ({
  name: `a list, each ${kind.name}`,
  of: listOf(kind),
});

/** The value of a key, if it is there. `RangeError` when it is of another kind. */
export const optional = <T>(metadata: Metadata, key: string, kind: Kind<T>): T | undefined => {
  const value = metadata.get(key);
  if (value === undefined) return undefined;
  const good = kind.of(value);
  if (good === undefined) throw new RangeError(`${key}: expected ${kind.name}, got ${quoted(value)}`);
  return good;
};

/** The value of a key. `RangeError` when it is missing or of another kind. */
export const required = <T>(metadata: Metadata, key: string, kind: Kind<T>): T => {
  const value = optional(metadata, key, kind);
  if (value === undefined)
    throw new RangeError(`${key}: expected ${kind.name}, got nothing; this file cannot be read without it`);
  return value;
};
