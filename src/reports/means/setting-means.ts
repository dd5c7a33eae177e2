/** Means over seeds of each setting of a figure. */
import { isSeed } from "../../evaluation/claims/seeds.ts";
import { axisOf, sameValue, type Trial } from "../../evaluation/claims/trial.ts";
import { estimate, meanInterval } from "../../results/tables/estimate.ts";
import { valueText } from "../../evaluation/claims/value-text.ts";

/** A metric's mean over the seeds of a setting. */
export interface SettingMean {
  /** Seeds that have a finite number. */
  readonly n: number;
  readonly mean: number;
  /** Of 95 % by the bootstrap over seeds; nothing for one seed. */
  readonly interval: readonly [number, number] | undefined;
}

/** A setting: one value of each axis. */
export interface Setting {
  /** Beside the axes. */
  readonly values: readonly unknown[];
  /** The values for people. */
  readonly texts: readonly string[];
  /** By metric; those that no seed has are not there. */
  readonly means: ReadonlyMap<string, SettingMean>;
}

/** An axis in which the settings differ. */
export interface Axis {
  /** Pointer, `run`, or the name of what else is not the same. */
  readonly pointer: string;
  /** Its last word, or the pointer where two end alike. */
  readonly name: string;
  /** Its values, each once: numbers by size, then nothing where trials do not have it; others as they come. */
  readonly values: readonly unknown[];
}

/** Settings in the order in which the trials have them. */
export interface SettingMeans {
  readonly axes: readonly Axis[];
  readonly settings: readonly Setting[];
}

const different = (values: readonly unknown[]): readonly unknown[] => {
  const once = values.filter((value, i) => values.findIndex((other) => sameValue(value, other)) === i);
  const known = once.filter((value) => value !== undefined);
  if (!known.every((value) => typeof value === "number")) return once;
  return [...known.toSorted((a, b) => a - b), ...once.filter((value) => value === undefined)];
};

const axesOf = (trials: readonly Trial[]): readonly Axis[] => {
  const pointers = new Set(["run", ...trials.flatMap(({ axes, others }) => Object.keys({ ...axes, ...others }))]);
  const varied = [...pointers]
    .filter((pointer) => !isSeed(pointer))
    .map((pointer) => ({ pointer, values: different(trials.map((trial) => axisOf(trial, pointer))) }))
    .filter(({ values }) => values.length > 1);
  // What else is not the same has a name that says it all: `file lib/reward.ts`.
  const last = (pointer: string): string => (pointer.startsWith("/") ? pointer.split("/").at(-1)! : pointer);
  return varied.map(({ pointer, values }) => {
    const alike = varied.filter((other) => last(other.pointer) === last(pointer)).length > 1;
    return { pointer, values, name: alike ? pointer : last(pointer) };
  });
};

const meanOf = (trials: readonly Trial[], metric: string): [string, SettingMean][] => {
  const values = trials
    .map(({ final }) => final[metric])
    .filter((value) => value !== undefined && Number.isFinite(value));
  const found = estimate(values as number[]);
  return found === undefined
    ? []
    : [[metric, { n: found.n, mean: found.mean, interval: meanInterval(values as number[]) }]];
};

/** Groups the trials that differ in their seeds alone, and takes the mean of each metric. */
export const settingMeans = (trials: readonly Trial[], metrics: readonly string[]): SettingMeans => {
  const axes = axesOf(trials);
  const groups: { values: readonly unknown[]; trials: Trial[] }[] = [];
  for (const trial of trials) {
    const values = axes.map(({ pointer }) => axisOf(trial, pointer));
    const group = groups.find((known) => sameValue(known.values, values));
    if (group === undefined) groups.push({ values, trials: [trial] });
    else group.trials.push(trial);
  }
  const settings = groups.map(({ values, trials: own }) => ({
    values,
    texts: values.map(valueText),
    means: new Map(metrics.flatMap((metric) => meanOf(own, metric))),
  }));
  return { axes, settings };
};
