/** Metrics over steps: of single runs, and of the repeats of a setting. */
import type { Band, Curve, Curves } from "../answers.ts";
import { fewerParts, pointsOf, type SeriesPart } from "./extreme-series.ts";
import type { RunSeries, SeriesCache, SeriesKind } from "./run-series.ts";
import type { WatchedRun } from "./watched-runs.ts";

/** What is asked for. */
export interface CurveRequest {
  readonly runs: readonly WatchedRun[];
  readonly metrics: readonly string[];
  /** Most points of a curve. */
  readonly points: number;
  /** Repeats of a setting are taken together. */
  readonly bands: boolean;
}

const kinds = ["evaluation", "step"] as const;

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

const curvesOf = (run: string, series: RunSeries, { metrics, points }: CurveRequest): Curve[] =>
  metrics.flatMap((metric) =>
    kinds.flatMap((kind): Curve[] => {
      const parts = series.series(kind, metric)?.parts() ?? [];
      if (parts.length === 0) return [];
      const shown = pointsOf(fewerParts(parts, parts.length <= points ? points : points / 2));
      return [
        {
          run,
          metric,
          kind,
          step: shown.map(({ step }) => step),
          time: shown.map(({ step }) => series.time(step)),
          tokens: shown.map(({ step }) => series.tokens(step)),
          value: shown.map(({ value }) => finite(value)),
        },
      ];
    }),
  );

/** One of the runs of a band. */
interface Repeat {
  readonly key: string;
  readonly series: RunSeries;
}

/** The steps that all have, and the values there, run by run. */
const common = (all: readonly (readonly SeriesPart[])[]): readonly { step: number; values: readonly number[] }[] => {
  const [first = [], ...others] = all.map((parts) => new Map(parts.map(({ step, value }) => [step, value] as const)));
  return [...(first as ReadonlyMap<number, number>)].flatMap(([step, value]) => {
    const values = [value, ...others.flatMap((own) => own.get(step) ?? [])];
    return values.length === all.length ? [{ step, values }] : [];
  });
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const bandOf = (
  setting: string,
  repeats: readonly Repeat[],
  metric: string,
  kind: SeriesKind,
  points: number,
): Band[] => {
  const parts = repeats.map(({ series }) => series.series(kind, metric)?.parts() ?? []);
  const all = common(parts);
  if (all.length === 0) return [];
  // Values at single steps are averaged, so that steps are left out where there are too many, and none is made up.
  const every = Math.ceil(all.length / points);
  const shown = all.filter((_, i) => i % every === 0 || i === all.length - 1);
  const over = (read: (repeat: Repeat, step: number) => number): number[] =>
    shown.map(({ step }) => mean(repeats.map((repeat) => read(repeat, step))));
  const sound = (values: readonly number[], of: (values: readonly number[]) => number): number | null =>
    values.every(Number.isFinite) ? of(values) : null;
  return [
    {
      setting,
      runs: repeats.map(({ key }) => key),
      metric,
      kind,
      step: shown.map(({ step }) => step),
      time: over(({ series }, step) => series.time(step)),
      tokens: over(({ series }, step) => series.tokens(step)),
      mean: shown.map(({ values }) => sound(values, mean)),
      low: shown.map(({ values }) => sound(values, (own) => Math.min(...own))),
      high: shown.map(({ values }) => sound(values, (own) => Math.max(...own))),
    },
  ];
};

/** Repeats of one setting together; a run whose folder does not say its setting is alone. */
const bySetting = (runs: readonly WatchedRun[]): ReadonlyMap<string, readonly WatchedRun[]> => {
  const groups = new Map<string, WatchedRun[]>();
  for (const run of runs) {
    const { setting, version, engine } = run.record;
    // What else may decide a result is told apart as well: no mean is taken over it.
    const key = setting === undefined ? run.key : JSON.stringify([setting, version, engine]);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return groups;
};

/** The curves of the metrics; runs that cannot be read are missing. */
export const readCurves = (request: CurveRequest, cache: SeriesCache): Curves => {
  const curves: Curve[] = [];
  const bands: Band[] = [];
  const missing: string[] = [];
  const seriesOf = (run: WatchedRun): Repeat[] => {
    try {
      return [{ key: run.key, series: cache.of(run.folder) }];
    } catch {
      missing.push(run.key);
      return [];
    }
  };
  const groups = request.bands ? [...bySetting(request.runs)] : request.runs.map((run) => [run.key, [run]] as const);
  for (const [setting, runs] of groups) {
    const repeats = runs.flatMap(seriesOf);
    if (repeats.length < 2) for (const { key, series } of repeats) curves.push(...curvesOf(key, series, request));
    else
      for (const metric of request.metrics)
        for (const kind of kinds) bands.push(...bandOf(setting, repeats, metric, kind, request.points));
  }
  return { curves, bands, missing };
};
