/** From one file to the values of each of its runs: variants merged in, overrides applied, nothing checked yet. */
import type { Part } from "../schema/check.ts";
import {
  covers,
  formatPointer,
  isObject,
  omit,
  parentPointer,
  parsePointer,
  valueAt,
  type Json,
} from "../../files/json.ts";
import { mergeLayer, typeSwitch, type TypeSwitch } from "./merge-layers.ts";
import { applyOverride, locationOf, typesFirst, withPointers, type Override } from "./overrides.ts";
import { ExperimentError, type Location, type Problem } from "./problem.ts";
import type { Source } from "./file-source.ts";

/** The file before its variants are merged in. */
export interface WholeFile extends Draft {
  readonly variants: Json | undefined;
}

/** One run as it was written. */
export interface Draft {
  /** The variant's name, or `run` in a file without variants. */
  readonly name: string;
  /** What tables call it: the variant's or the file's label, or its name. */
  readonly label: string;
  readonly value: Json;
  /** What a trial of a sweep sets, by pointer. */
  readonly axes?: Readonly<Record<string, Json>>;
  /** Plug-ins that others took the place of, on the way from the deepest file to the overrides. */
  readonly switches?: readonly TypeSwitch[];
  /**
   * Where the value at a pointer was written, or the nearest that holds it; and the pointer in the file's own terms.
   */
  locate(pointer: string, part?: Part): { readonly location: Location; readonly pointer: string };
}

const inVariants = (override: Override): boolean =>
  override.pointer === "/variants" || override.pointer.startsWith("/variants/");

const apply = (value: Json, overrides: readonly Override[], switches: TypeSwitch[] = []): Json => {
  const problems: Problem[] = [];
  let result = value;
  for (const override of typesFirst(overrides)) {
    try {
      const { pointer } = override;
      const parent = parentPointer(pointer);
      const patch = { [parsePointer(pointer).at(-1)!]: override.value };
      const switched = typeSwitch(valueAt(result, parent), patch, parent);
      if (switched !== undefined) switches.push(switched);
      result = applyOverride(result, override);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      problems.push({ location: locationOf(override), pointer: override.pointer, message: error.message });
    }
  }
  if (problems.length > 0) throw new ExperimentError(problems);
  return result;
};

/** Overrides by a short name, or of axes that may have one: the file's values say which one it means. */
const needsPointer = ({ pointer }: Override): boolean =>
  !pointer.startsWith("/") || /^\/sweep\/axes\/[^~/][^/]*$/u.test(pointer);

/** A variant's patch, and its pointer in the file. */
interface Patch {
  readonly pointer: string;
  readonly value: Json;
}

const locator =
  (source: Source, overrides: readonly Override[], patch?: Patch): Draft["locate"] =>
  (pointer, part = "value") => {
    for (let here = pointer; ; here = parentPointer(here)) {
      const exact = here === pointer;
      const wanted = exact && part === "key" ? "key" : "value";
      // The root of a variant's values is the file, not the patch.
      const covered = patch !== undefined && covers(patch.value, parsePointer(here));
      const spots =
        here === "" ? [""] : [...(patch === undefined ? [] : [patch.pointer + here]), ...(covered ? [] : [here])];
      const spot = spots.find((one) => source.find(one, wanted) !== undefined);
      const whole = exact && here !== "" && (part === "whole" || spot === undefined);
      const override =
        overrides.findLast((one) => spots.some((at) => at === one.pointer || at.startsWith(`${one.pointer}/`))) ??
        overrides.findLast((one) => whole && spots.some((at) => one.pointer.startsWith(`${at}/`)));
      if (override !== undefined) return { location: locationOf(override), pointer };
      const location = spot === undefined ? undefined : source.find(spot, wanted);
      if (spot !== undefined && location !== undefined) return { location, pointer: spot + pointer.slice(here.length) };
      if (here === "") return { location: { file: source.path, line: 1, column: 1 }, pointer };
    }
  };

/** The runs of a file with overrides that have pointers. */
const expanded = (
  source: Source,
  overrides: readonly Override[],
): { readonly file: WholeFile; readonly drafts: readonly Draft[] } => {
  const file = apply(source.value, overrides.filter(inVariants));
  const later = overrides.filter((override) => !inVariants(override));
  const draft = (name: string, label: string, value: Json, patch?: Patch): Draft => ({
    name,
    label,
    value,
    locate: locator(source, overrides, patch),
  });
  const variants = isObject(file) ? file["variants"] : undefined;
  const own = isObject(file) && typeof file["label"] === "string" ? file["label"] : "run";
  const whole: WholeFile = { ...draft("run", own, file), variants };
  if (!isObject(file) || variants === undefined) {
    const switches = [...(source.switches ?? [])];
    return { file: whole, drafts: [{ ...whole, value: apply(file, later, switches), switches }] };
  }
  const base = omit(file, "variants", "label");
  const drafts = Object.entries(isObject(variants) ? variants : {}).flatMap(([name, value]) => {
    if (!isObject(value)) return [];
    const label = typeof value["label"] === "string" ? value["label"] : name;
    const switches = [...(source.switches ?? [])];
    const patched = mergeLayer(base, omit(value, "label", "stages", "variants"), switches);
    const merged = apply(patched, later, switches);
    return [{ ...draft(name, label, merged, { pointer: formatPointer(["variants", name]), value }), switches }];
  });
  return { file: whole, drafts };
};

/**
 * The runs of a file, one for each variant that is an object, or one named `run`; and the overrides with pointers for
 * short names. Overrides of `/variants/...` come before the merge, all others after it, so the command line wins.
 * `ExperimentError` for an override that cannot be applied.
 */
export const expand = (
  source: Source,
  given: readonly Override[],
): { readonly file: WholeFile; readonly drafts: readonly Draft[]; readonly overrides: readonly Override[] } => {
  const overrides = given.some(needsPointer)
    ? withPointers(
        given,
        expand(source, []).drafts.map(({ value }) => value),
      )
    : given;
  return { ...expanded(source, overrides), overrides };
};
