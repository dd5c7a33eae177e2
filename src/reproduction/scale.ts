/** What a figure's file is run with at each scale. */
import { readExperiment } from "../experiments/file/extended-source.ts";
import { formatPointer, isObject, valueAt, type Json, type JsonObject } from "../files/json.ts";
import type { Scale } from "./figures.ts";

const objectAt = (value: Json, pointer: string): JsonObject => {
  const found = valueAt(value, pointer);
  return isObject(found) ? found : {};
};

/** Sizes that are cut, where the file has them and its sweep does not set them. */
const smallest: readonly (readonly [pointer: string, most: number])[] = [
  ["/task/train", 2000],
  ["/task/test", 8],
  ["/student/layers", 1],
  ["/data/examples", 64],
  ["/evaluation/samples", 2],
];

type Axis = readonly [pointer: string, values: readonly Json[]];

/** What a sweep sets: each pointer with its values. */
const axesOf = (value: Json): readonly Axis[] => {
  const sweep = objectAt(value, "/sweep");
  const groups = [objectAt(sweep, "/axes"), ...((sweep["zip"] as readonly JsonObject[] | undefined) ?? [])];
  return groups.flatMap((group) => Object.entries(group as Readonly<Record<string, readonly Json[]>>));
};

const cut = (value: Json, prefix: string): string[] => {
  const swept = new Set(axesOf(value).map(([axis]) => axis));
  return smallest.flatMap(([pointer, most]) => {
    const at = `${prefix}${pointer}`;
    const size = valueAt(value, at);
    return typeof size === "number" && size > most && !swept.has(at) ? [`${at}=${most}`] : [];
  });
};

const alsoOf = (value: Json, prefix: string): string[] =>
  Object.keys(objectAt(value, `${prefix}/evaluation/also`)).flatMap((name) => {
    const at = `${prefix}/evaluation/also${formatPointer([name])}`;
    return [`${at}/prompts=4`, ...(typeof valueAt(value, `${at}/samples`) === "number" ? [`${at}/samples=2`] : [])];
  });

const stepsPointer = "/training/steps";

/**
 * Overrides by which every part of an experiment file is run for one step of a small batch: its stages, and its runs
 * with their evaluations. Policies of a size that a file states have one layer, and tasks few prompts. Steps that a
 * sweep sets are left to it.
 */
export const glance = (path: string): readonly string[] => {
  const { value } = readExperiment(path);
  const stages = Object.keys(objectAt(value, "/stages")).map((name) => `/stages${formatPointer([name])}`);
  const swept = new Set(axesOf(value).map(([axis]) => axis));
  return ["", ...stages].flatMap((prefix) => [
    ...(swept.has(`${prefix}${stepsPointer}`) ? [] : [`${prefix}${stepsPointer}=1`]),
    `${prefix}/training/batch=8`,
    `${prefix}/training/schedule/warmup=0`,
    `${prefix}/rollouts/chunk=8`,
    `${prefix}/evaluation/prompts=4`,
    ...cut(value, prefix),
    ...alsoOf(value, prefix),
  ]);
};

/**
 * The last of an axis's values where variants differ already, else the first and the last; of steps as few as can
 * differ.
 */
const endsOf = (axis: string, values: readonly Json[], varied: boolean): readonly Json[] => {
  const ends = [...new Set(varied ? [values.at(-1)!] : [values[0]!, values.at(-1)!])];
  return axis.endsWith(stepsPointer) ? ends.map((_, place) => place + 1) : ends;
};

/**
 * What a glance shows of a sweep: the trial with each axis's first value, and that with each one's last; of variants,
 * each with the last ones.
 */
const ends = (path: string): string[] => {
  const { value } = readExperiment(path);
  const varied = Object.keys(objectAt(value, "/variants")).length > 1;
  const axes = axesOf(value).map(([axis, values]) => [axis, endsOf(axis, values, varied)] as const);
  const some = (count: number): JsonObject =>
    Object.fromEntries(axes.filter(([axis, { length }]) => axis !== "/seed" && length === count));
  const together = some(2);
  return [
    `/sweep/axes=${JSON.stringify(some(1))}`,
    `/sweep/zip=${JSON.stringify(Object.keys(together).length === 0 ? [] : [together])}`,
  ];
};

/** What a figure's file is run with: a glance with one seed, or the seeds 0, 1, 2, ... of which there are so many. */
export const scaleOverrides = (path: string, scale: Scale, seeds: number): readonly string[] => {
  const some = Array.from({ length: scale === "smoke" ? 1 : seeds }, (_, seed) => seed);
  const every = `/sweep/axes/~1seed=${JSON.stringify(some)}`;
  return scale === "smoke" ? [...glance(path), ...ends(path), every] : [every];
};
