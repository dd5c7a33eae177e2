/** How metrics came about: means over seeds of each setting at each evaluation, over tokens and over minutes. */
import { axisOf, sameValue } from "../../evaluation/claims/trial.ts";
import { mean } from "../../evaluation/statistics/strata.ts";
import type { FigureTrial } from "../../reproduction/figure-results.ts";
import type { CurvePoint } from "../../reproduction/trial-curve.ts";
import { settingMeans, type SettingMean, type SettingMeans } from "./setting-means.ts";

/** A metric of a setting at an evaluation. */
export interface CurveMean {
  readonly step: number;
  /** Tokens that the setting had learned from, the mean of its seeds. */
  readonly tokens: number;
  /** Minutes that its steps had taken, the mean of those seeds whose steps were timed; nothing where none was. */
  readonly minutes: number | undefined;
  readonly value: SettingMean;
}

/** A setting's line. */
export interface CurveLine {
  /** Its values of the axes. */
  readonly name: string;
  readonly points: readonly CurveMean[];
}

/** A metric over training, setting by setting. */
export interface CurveMeans {
  readonly metric: string;
  /** What tells the lines apart: names of axes; empty of one line. */
  readonly axes: string;
  readonly lines: readonly CurveLine[];
}

/** Lines that can be told apart. */
const mostLines = 6;

interface Curve {
  readonly trial: FigureTrial;
  readonly points: readonly CurvePoint[];
}

const pointAt = ({ points }: Curve, step: number): CurvePoint | undefined =>
  points.find((point) => point.step === step);

/** The means of the metrics that were measured at a step. */
const meansAt = (curves: readonly Curve[], step: number, metrics: readonly string[]): SettingMeans =>
  settingMeans(
    curves.map((curve) => ({ ...curve.trial, final: pointAt(curve, step)?.metrics ?? {} })),
    metrics,
  );

/**
 * Each metric at the evaluations of the trials that were evaluated on the way. `milliseconds` are those of a step, by
 * the ids of trials. Nothing where there are more settings than can be told apart, or none that has a curve, and of
 * metrics that were not measured on the way.
 */
export const curveMeans = (
  trials: readonly FigureTrial[],
  metrics: readonly string[],
  milliseconds: Readonly<Record<string, number>>,
): readonly CurveMeans[] => {
  const curves = trials.flatMap((trial): Curve[] =>
    trial.curve === undefined ? [] : [{ trial, points: trial.curve }],
  );
  const steps = [...new Set(curves.flatMap(({ points }) => points.map(({ step }) => step)))].toSorted((a, b) => a - b);
  const measured = steps.map((step) => ({ step, means: meansAt(curves, step, metrics) }));
  const { axes, settings } = settingMeans(
    curves.map(({ trial }) => trial),
    metrics,
  );
  if (settings.length === 0 || settings.length > mostLines) return [];
  const ownOf = (values: readonly unknown[]): readonly Curve[] =>
    curves.filter(({ trial }) => axes.every(({ pointer }, i) => sameValue(axisOf(trial, pointer), values[i])));
  const lineOf = ({ values, texts }: (typeof settings)[number], metric: string): CurveLine => {
    const own = ownOf(values);
    const times = own.flatMap(({ trial }) => milliseconds[trial.id] ?? []);
    const timed = times.length > 0 ? mean(times) : undefined;
    const points = measured.flatMap(({ step, means }): CurveMean[] => {
      const value = means.settings.find((setting) => sameValue(setting.values, values))?.means.get(metric);
      if (value === undefined) return [];
      const tokens = mean(own.flatMap((curve) => pointAt(curve, step)?.tokens ?? []));
      return [{ step, tokens, minutes: timed === undefined ? undefined : (step * timed) / 60_000, value }];
    });
    return { name: texts.join(", "), points };
  };
  const named = axes.map(({ name }) => name).join(", ");
  return metrics.flatMap((metric): CurveMeans[] => {
    const lines = settings.map((setting) => lineOf(setting, metric));
    return lines.some(({ points }) => points.length > 2) ? [{ metric, axes: named, lines }] : [];
  });
};
