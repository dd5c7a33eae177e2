/**
 * Trials as drafts: a run of the file with the values of the sweep set, each mistake located where the sweep gives the
 * value.
 */
import { valueText } from "../../evaluation/claims/value-text.ts";
import type { Draft } from "../../experiments/file/drafts.ts";
import { parsePointer, valueAt, type Json } from "../../files/json.ts";
import { applyOverride, typesFirst } from "../../experiments/file/overrides.ts";
import type { Assignment, Setting } from "./assignments.ts";

type Set = Pick<Setting, "pointer" | "value">;

const depth = ({ pointer }: Set): number => parsePointer(pointer).length;

/**
 * The values with every setting of the assignment; what holds others is set before them. `RangeError` where a setting
 * has no key.
 */
export const withSettings = (value: Json, settings: readonly Set[]): Json =>
  typesFirst(settings.toSorted((a, b) => depth(a) - depth(b))).reduce<Json>(
    (result, { pointer, value: set }) => applyOverride(result, { text: pointer, pointer, value: set }),
    value,
  );

const locator =
  (base: Draft, settings: Assignment): Draft["locate"] =>
  (pointer, part) => {
    const around = settings.findLast((one) => pointer === one.pointer || pointer.startsWith(`${one.pointer}/`));
    if (around !== undefined) {
      if (part === "key" && pointer === around.pointer) return base.locate(around.axis, "key");
      return base.locate(around.at + pointer.slice(around.pointer.length), part);
    }
    // What the file itself does not have was made by what is set inside it.
    const made = pointer !== "" && (part === "whole" || valueAt(base.value, pointer) === undefined);
    const inside = made ? settings.findLast((one) => one.pointer.startsWith(`${pointer}/`)) : undefined;
    if (inside === undefined) return base.locate(pointer, part);
    return part === "key" ? base.locate(inside.axis, "key") : base.locate(inside.at);
  };

/** Names of axes as short as they can be: the last key, or the whole pointer where two end alike. */
export const axisNames = (pointers: readonly string[]): ReadonlyMap<string, string> => {
  const lastKey = (pointer: string): string => parsePointer(pointer).at(-1) ?? "";
  const times = new Map<string, number>();
  for (const pointer of new Set(pointers)) times.set(lastKey(pointer), (times.get(lastKey(pointer)) ?? 0) + 1);
  return new Map(
    pointers.map((pointer) => [pointer, times.get(lastKey(pointer)) === 1 ? lastKey(pointer) : pointer.slice(1)]),
  );
};

/** `alpha=0.5`, and with marks where the value has spaces: `divergence="jsd beta 0.1"`. */
const settingText = (name: string, value: Json): string => {
  const text = valueText(value);
  return `${name}=${/\s/u.test(text) ? JSON.stringify(text) : text}`;
};

/** A run of the file as one trial. `RangeError` where the file has no key for a value. */
export const trialDraft = (
  base: Draft,
  settings: Assignment,
  names: ReadonlyMap<string, string>,
  ofVariants: boolean,
): Draft => {
  const said = settings.map(({ pointer, value }) => settingText(names.get(pointer) ?? pointer, value)).join(" ");
  return {
    name: ofVariants ? base.name : "trial",
    label: [...(ofVariants ? [base.label] : []), ...(said === "" ? [] : [said])].join(": ") || "trial",
    axes: Object.fromEntries(settings.map(({ pointer, value }) => [pointer, value])),
    value: withSettings(base.value, settings),
    locate: locator(base, settings),
  };
};
