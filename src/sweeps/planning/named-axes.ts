/** Axes by short names: `alpha` in a sweep becomes `/objective/alpha` where one value of the file alone ends so. */
import type { Draft } from "../../experiments/file/drafts.ts";
import { applyOverride } from "../../experiments/file/overrides.ts";
import { attempt } from "../../experiments/file/refusals.ts";
import { isShortName, pointerNamed } from "../../experiments/file/short-names.ts";
import type { Mistake } from "../../experiments/schema/check.ts";
import { formatPointer, isObject, type Json, type JsonObject } from "../../files/json.ts";

/** Values of axes that are tried for keys that only they bring, such as parameters of another divergence. */
const mostTried = 64;

/** The files' values, and with them those that an axis gives another type. */
const valuesOf = (drafts: readonly Draft[], axes: Json | undefined): readonly Json[] => {
  const values = drafts.map(({ value }) => value);
  const settings = Object.entries(isObject(axes) ? axes : {}).flatMap(([pointer, listed]) =>
    pointer.startsWith("/") && Array.isArray(listed) && (pointer.endsWith("/type") || listed.some(isObject))
      ? (listed as readonly Json[]).map((value) => ({ text: pointer, pointer, value }))
      : [],
  );
  const tried = settings.slice(0, mostTried).flatMap((setting) => {
    const made = attempt(() => applyOverride(values[0]!, setting));
    return "part" in made ? [made.part] : [];
  });
  return [...values, ...tried];
};

/** Gives keys their pointers, and remembers what was written for them. */
class Names {
  readonly mistakes: Mistake[] = [];
  /** What was written, by what it became: beginnings of pointers in the file. */
  readonly written = new Map<string, string>();
  readonly #values: () => readonly Json[];

  constructor(values: () => readonly Json[]) {
    this.#values = values;
  }

  /** The object with pointers for short names; `inner` goes on with what each key holds. */
  keys(object: Json | undefined, keys: readonly (string | number)[], inner?: (key: string, value: Json) => Json): Json {
    if (!isObject(object)) return object ?? null;
    return Object.fromEntries(
      Object.entries(object).map(([key, value]) => {
        const pointer = this.#pointer(key, keys);
        return [pointer, inner === undefined ? value : inner(pointer, value)];
      }),
    );
  }

  #pointer(key: string, keys: readonly (string | number)[]): string {
    if (!isShortName(key)) return key;
    const made = attempt(() => pointerNamed(key, this.#values()));
    if ("message" in made) {
      this.mistakes.push({ pointer: formatPointer([...keys, key]), part: "key", message: made.message });
      return key;
    }
    this.written.set(formatPointer([...keys, made.part]), formatPointer([...keys, key]));
    return made.part;
  }

  /** What was written where something stands now. */
  writtenAt(pointer: string): string {
    for (const [now, before] of [...this.written].toReversed()) {
      if (pointer === now || pointer.startsWith(`${now}/`)) return this.writtenAt(before + pointer.slice(now.length));
    }
    return pointer;
  }
}

const listOf = (value: Json | undefined, each: (one: Json, i: number) => Json): Json =>
  Array.isArray(value) ? (value as readonly Json[]).map(each) : (value ?? null);

const named = (sweep: JsonObject, names: Names): JsonObject => {
  const { axes, zip, random, when, exclude } = sweep;
  const changed: Record<string, Json> = {
    axes: names.keys(axes, ["sweep", "axes"]),
    zip: listOf(zip, (group, i) => names.keys(group, ["sweep", "zip", i])),
    when: names.keys(when, ["sweep", "when"], (axis, match) => names.keys(match, ["sweep", "when", axis])),
    exclude: listOf(exclude, (match, i) => names.keys(match, ["sweep", "exclude", i])),
    ...(isObject(random)
      ? { random: { ...random, axes: names.keys(random["axes"], ["sweep", "random", "axes"]) } }
      : {}),
  };
  // What was not there stays away.
  return Object.fromEntries(Object.entries(sweep).map(([key, value]) => [key, changed[key] ?? value]));
};

const twice = (before: Json | undefined, after: Json | undefined): boolean =>
  isObject(before) && isObject(after) && Object.keys(before).length > Object.keys(after).length;

/** A file's runs in whose sweep each value has its pointer, or what is wrong with the short names there. */
export const withNamedAxes = (
  drafts: readonly Draft[],
): { readonly drafts: readonly Draft[]; readonly mistakes: readonly Mistake[] } => {
  const [first] = drafts;
  const sweep = isObject(first?.value) ? first.value["sweep"] : undefined;
  if (!isObject(sweep)) return { drafts, mistakes: [] };
  let values: readonly Json[] | undefined;
  const names = new Names(() => (values ??= valuesOf(drafts, sweep["axes"])));
  const pointed = named(sweep, names);
  if (names.written.size === 0 && names.mistakes.length === 0) return { drafts, mistakes: [] };
  const doubled = twice(sweep["axes"], pointed["axes"])
    ? [{ pointer: "/sweep/axes", message: "an axis is here twice, by its pointer and by a short name; keep one" }]
    : [];
  return {
    mistakes: [...names.mistakes, ...doubled],
    drafts: drafts.map((draft) => ({
      ...draft,
      value: { ...(draft.value as JsonObject), sweep: pointed },
      locate: (pointer, part) => draft.locate(names.writtenAt(pointer), part),
    })),
  };
};
