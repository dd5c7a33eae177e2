/**
 * From a sweep to the values of each trial: grid, zipped groups and samples crossed, conditions and exclusions applied.
 * Pure.
 */
import { stream } from "../../random/stream.ts";
import { canonicalJson } from "../../files/canonical-json.ts";
import { formatPointer, valueAt, type Json } from "../../files/json.ts";
import { distributions } from "../../experiments/schema/distributions.ts";
import type { SweepValues } from "../../experiments/schema/sweep-schema.ts";

/** One value of a trial. */
export interface Setting {
  /** What is set, in the file's values. */
  readonly pointer: string;
  readonly value: Json;
  /** Where the sweep names the axis, and the value: pointers in the file. */
  readonly axis: string;
  readonly at: string;
}

/** What one trial sets, in the order of the sweep: grid, groups, samples. */
export type Assignment = readonly Setting[];

const at = (...keys: readonly (string | number)[]): string => formatPointer(["sweep", ...keys]);

/** The axes that vary on their own: each a list of alternatives, an alternative a list of settings. */
const factorsOf = ({ axes, zip, random }: SweepValues): readonly (readonly Assignment[])[] => {
  const grid = Object.entries(axes).map(([pointer, values]) =>
    values.map((value, i): Assignment => [{ pointer, value, axis: at("axes", pointer), at: at("axes", pointer, i) }]),
  );
  const groups = zip.map((group, g) => {
    const entries = Object.entries(group);
    return entries[0]![1].map((_, i): Assignment =>
      entries.map(([pointer, values]) => ({
        pointer,
        value: values[i]!,
        axis: at("zip", g, pointer),
        at: at("zip", g, pointer, i),
      })),
    );
  });
  if (random === undefined) return [...grid, ...groups];
  const drawn = Object.entries(random.axes).map(([pointer, values]) => ({
    pointer,
    draw: distributions.create(values, undefined),
  }));
  const samples = Array.from({ length: random.samples }, (_, sample): Assignment =>
    drawn.map(({ pointer, draw }) => ({
      pointer,
      value: draw(stream(random.seed, "sweep", sample, pointer)),
      axis: at("random", "axes", pointer),
      at: at("random", "axes", pointer),
    })),
  );
  return [...grid, ...groups, samples];
};

/** How many trials the factors make, before conditions and exclusions. */
export const trialCount = ({ axes, zip, random }: SweepValues): number =>
  [
    ...Object.values(axes).map((values) => values.length),
    ...zip.map((group) => Object.values(group)[0]?.length ?? 1),
    random?.samples ?? 1,
  ].reduce((product, length) => product * length, 1);

/** Pointers and the texts of the values that they may have. */
type Match = readonly (readonly [pointer: string, texts: ReadonlySet<string>])[];

const matchOf = (listed: Readonly<Record<string, readonly Json[]>>): Match =>
  Object.entries(listed).map(([pointer, values]) => [pointer, new Set(values.map(canonicalJson))]);

/** Decides which of a trial's settings apply, given the values that it starts from. */
const selector = ({ when }: SweepValues, base: Json): ((settings: Assignment) => Assignment) => {
  const conditions = new Map(Object.entries(when).map(([pointer, listed]) => [pointer, matchOf(listed)]));
  if (conditions.size === 0) return (settings) => settings;
  return (settings) => {
    const set = new Map(settings.map((setting) => [setting.pointer, setting]));
    const known = new Map<string, boolean>();
    const holds = ([other, texts]: Match[number]): boolean => {
      const setting = set.get(other);
      const value = setting !== undefined && applies(other) ? setting.value : valueAt(base, other);
      return value !== undefined && texts.has(canonicalJson(value));
    };
    const applies = (pointer: string): boolean => {
      const result = known.get(pointer) ?? (conditions.get(pointer) ?? []).every(holds);
      known.set(pointer, result);
      return result;
    };
    return settings.filter(({ pointer }) => applies(pointer));
  };
};

const excluder = ({ exclude }: SweepValues, base: Json): ((settings: Assignment) => boolean) => {
  const matches = exclude.map(matchOf);
  if (matches.length === 0) return () => false;
  return (settings) => {
    const texts = new Map(settings.map(({ pointer, value }) => [pointer, canonicalJson(value)]));
    const textOf = (pointer: string): string | undefined => {
      if (!texts.has(pointer)) {
        const value = valueAt(base, pointer);
        if (value === undefined) return undefined;
        texts.set(pointer, canonicalJson(value));
      }
      return texts.get(pointer);
    };
    return matches.some((match) => match.every(([pointer, allowed]) => allowed.has(textOf(pointer) ?? "")));
  };
};

const crossed = function* (factors: readonly (readonly Assignment[])[], index = 0): Generator<Assignment> {
  const alternatives = factors[index];
  if (alternatives === undefined) yield [];
  for (const first of alternatives ?? []) for (const rest of crossed(factors, index + 1)) yield [...first, ...rest];
};

/**
 * What each trial sets; the first axis changes slowest. `base` are the values that conditions and exclusions ask for
 * what no axis sets. Trials that set the same are one. The sweep has no `sweepMistakes`.
 */
export const assignments = (sweep: SweepValues, base: Json): readonly Assignment[] => {
  const [select, excluded] = [selector(sweep, base), excluder(sweep, base)];
  const found = new Map<string, Assignment>();
  for (const settings of crossed(factorsOf(sweep))) {
    const applied = select(settings);
    if (excluded(applied)) continue;
    const key = canonicalJson(applied.map(({ pointer, value }) => [pointer, value]));
    if (!found.has(key)) found.set(key, applied);
  }
  return [...found.values()];
};
