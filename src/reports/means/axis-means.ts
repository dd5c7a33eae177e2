/** What each value of an axis came to over all settings of the other axes. */
import { axisOf, sameValue, settingOf, type Trial } from "../../evaluation/claims/trial.ts";
import { valueText } from "../../evaluation/claims/value-text.ts";
import { bootstrapInterval } from "../../evaluation/statistics/bootstrap.ts";
import { interquartileMean } from "../../evaluation/statistics/interquartile-mean.ts";
import { meanOfMeans, type Strata } from "../../evaluation/statistics/strata.ts";
import type { SettingMeans } from "./setting-means.ts";

/** A metric of a value of an axis. */
export interface AxisMean {
  /** Of the settings' means. */
  readonly mean: number;
  /** The interquartile mean of all runs. */
  readonly middle: number;
  /** Of the interquartile mean, of 95 % by the bootstrap over the seeds of each setting. */
  readonly interval: readonly [number, number];
}

/** A value of an axis. */
export interface AxisValue {
  readonly axis: string;
  /** For people. */
  readonly value: string;
  /** Settings of the other axes. */
  readonly settings: number;
  /** By metric; those that a setting lacks are not there. */
  readonly means: ReadonlyMap<string, AxisMean>;
}

/** A list for each setting, a number for each seed; nothing where a setting has none that is finite. */
const strataOf = (trials: readonly Trial[], axis: string, metric: string): Strata | undefined => {
  const strata = new Map<string, number[]>();
  for (const trial of trials) {
    const setting = settingOf(trial, new Set([axis]));
    const values = strata.get(setting) ?? [];
    strata.set(setting, values);
    const value = trial.final[metric];
    if (value !== undefined && Number.isFinite(value)) values.push(value);
  }
  const all = [...strata.values()];
  return all.length > 0 && all.every(({ length }) => length > 0) ? all : undefined;
};

const meanOf = (trials: readonly Trial[], axis: string, metric: string): [string, AxisMean][] => {
  const strata = strataOf(trials, axis, metric);
  if (strata === undefined) return [];
  const { low, high } = bootstrapInterval(strata, interquartileMean);
  return [[metric, { mean: meanOfMeans(strata), middle: interquartileMean(strata), interval: [low, high] }]];
};

/**
 * Each value of each axis, over the settings of the others. Nothing where no other axis varies: the means of the
 * settings say it all then. Values that were tried with unlike settings of the others are not comparable, and are left
 * out with their axis. Nothing of trials that differ in more than seeds and axes: no mean is taken over that.
 */
export const axisMeans = (
  trials: readonly Trial[],
  { axes }: SettingMeans,
  metrics: readonly string[],
): readonly AxisValue[] => {
  if (axes.length < 2 || trials.some(({ others }) => others !== undefined)) return [];
  return axes.flatMap(({ pointer, name, values }) => {
    const groups = values.map((value) => trials.filter((trial) => sameValue(axisOf(trial, pointer), value)));
    const settings = groups.map((group) => new Set(group.map((trial) => settingOf(trial, new Set([pointer])))));
    const [first] = settings;
    if (!settings.every((names) => names.size === first!.size && [...names].every((one) => first!.has(one)))) return [];
    return values.map((value, i) => ({
      axis: name,
      value: valueText(value),
      settings: first!.size,
      means: new Map(metrics.flatMap((metric) => meanOf(groups[i]!, pointer, metric))),
    }));
  });
};
