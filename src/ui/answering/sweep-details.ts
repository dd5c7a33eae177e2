/** The runs of one experiment file beside each other: what was varied, how far it has come, and what came of it. */
import { basename } from "node:path";
import { sameValue } from "../../evaluation/claims/trial.ts";
import { valueText } from "../../evaluation/claims/value-text.ts";
import type { Json } from "../../files/json.ts";
import { claimsTable } from "../../reports/pages/claims-table.ts";
import { readSweepReport, type SweepReport } from "../../reports/pages/sweep-report.ts";
import { sweepPlots } from "../../reports/pages/sweep-page.ts";
import type { Setting } from "../../reports/means/setting-means.ts";
import { paretoPlot } from "../../reports/plots/pareto-plot.ts";
import { parallelPlot } from "../../reports/plots/parallel-plot.ts";
import { plotFigure, type ReportPlot } from "../../reports/plots/plot-figure.ts";
import { runColumns } from "../../results/tables/run-columns.ts";
import { mixedText } from "../../results/mixed.ts";
import { readFrozen } from "../../sweeps/planning/frozen.ts";
import { heldOutReward } from "../../training/recipe/headline.ts";
import type { HeatCell, RunRow, SweepDetails, TrialRow, Value } from "../answers.ts";
import { Recent } from "./recent.ts";
import { claimsOf, type ReadClaims } from "./sweep-claims.ts";
import type { RunRows } from "./run-rows.ts";
import type { WatchedRun } from "./watched-runs.ts";

/** What is asked for; what is left out is chosen. */
export interface SweepRequest {
  readonly metric: string | undefined;
  readonly x: string | undefined;
  readonly y: string | undefined;
}

/** Where the page shows a run. */
const linkTo = (key: string): string => `#/run/${encodeURIComponent(key)}`;

const trialsOf = (runs: readonly WatchedRun[], rows: readonly RunRow[]): readonly TrialRow[] => {
  const byId = new Map(runs.map((run, i) => [run.record.id, rows[i]!] as const));
  const rowOf = ({ label, status, step, steps, key, error }: RunRow): TrialRow => ({
    label,
    status,
    step,
    steps: steps ?? 0,
    key,
    error,
  });
  const plan = planOf(runs[0]!.parent);
  const planned = plan.map(({ id, label, steps }): TrialRow => {
    const row = byId.get(id);
    const waiting = { label, status: "waiting", step: 0, steps, key: undefined, error: undefined } as const;
    return row === undefined ? waiting : { ...rowOf(row), label };
  });
  const ids = new Set(plan.map(({ id }) => id));
  return [...planned, ...runs.flatMap((run, i) => (ids.has(run.record.id) ? [] : [rowOf(rows[i]!)]))];
};

const planOf = (folder: string): ReturnType<typeof readFrozen>["trials"] => {
  try {
    return readFrozen(folder).trials;
  } catch {
    // Runs of no sweep, or of one of another version.
    return [];
  }
};

const indexOf = (values: readonly unknown[], value: unknown): number =>
  values.findIndex((known) => sameValue(known, value));

/** Reads what a run was set to, as the settings of the report say it. */
const setterOf = (runs: readonly WatchedRun[]): ((run: WatchedRun, pointer: string) => unknown) => {
  const swept = new Set(runs.flatMap(({ record }) => Object.keys(record.axes)));
  const { read } = runColumns(runs);
  const places = new Map(runs.map(({ key }, i) => [key, i] as const));
  return ({ key, record }, pointer) => {
    if (pointer === "run") return record.name;
    return swept.has(pointer) ? record.axes[pointer] : read(pointer)[places.get(key)!];
  };
};

/** The runs behind a setting: those that were set to its values. */
const runsOf = ({ means: { axes } }: SweepReport, { values }: Setting, runs: readonly WatchedRun[]): WatchedRun[] => {
  const setTo = setterOf(runs);
  return runs.filter((run) => axes.every(({ pointer }, i) => sameValue(setTo(run, pointer), values[i])));
};

/** A cell for each pair of values: the mean over the settings that have both. */
const cellsOf = (
  report: SweepReport,
  runs: readonly WatchedRun[],
  metric: string,
  [x, y]: readonly [number, number],
): readonly HeatCell[] => {
  const { axes, settings } = report.means;
  const cells = new Map<string, { readonly settings: Setting[]; readonly x: number; readonly y: number }>();
  for (const setting of settings) {
    const at = { x: indexOf(axes[x]!.values, setting.values[x]), y: indexOf(axes[y]!.values, setting.values[y]) };
    const key = `${at.x} ${at.y}`;
    const known = cells.get(key) ?? { ...at, settings: [] };
    known.settings.push(setting);
    cells.set(key, known);
  }
  return [...cells.values()].map((cell) => {
    const means = cell.settings.flatMap(({ means: own }) => own.get(metric)?.mean ?? []);
    return {
      x: cell.x,
      y: cell.y,
      // A mean over settings would hide what differs between them: only one setting has a number.
      mean: means.length === 1 ? means[0] : undefined,
      runs: cell.settings.flatMap((setting) => runsOf(report, setting, runs).map(({ key }) => key)),
      settings: cell.settings.length,
    };
  });
};

const parallel = (report: SweepReport, runs: readonly WatchedRun[], metric: string): readonly ReportPlot[] => {
  const axes = report.means.axes.filter(({ pointer }) => pointer !== "run");
  const done = runs.filter(({ record }) => record.status === "done" && record.metrics[metric] !== undefined);
  if (axes.length < 2 || done.length < 2) return [];
  const setTo = setterOf(done);
  const lines = done.map((run) => ({
    values: [...axes.map(({ pointer }) => setTo(run, pointer)), run.record.metrics[metric]],
    href: linkTo(run.key),
  }));
  return [parallelPlot([...axes, { name: metric, values: undefined }], lines)];
};

/** A metric that says how far the student is from its teacher: the lower the closer. */
const isDivergence = (name: string): boolean => name.startsWith("divergence/");

const pareto = (report: SweepReport, runs: readonly WatchedRun[], metric: string): readonly ReportPlot[] => {
  const names = new Set(runs.flatMap(({ record }) => Object.keys(record.metrics)));
  const others = [
    ...[...names].filter(isDivergence).slice(0, 1),
    ...report.metrics.filter((name) => name !== metric && (name === heldOutReward || name === "accuracy")),
  ];
  return others.flatMap((x): ReportPlot[] => {
    const points = report.means.settings.flatMap((setting) => {
      const own = runsOf(report, setting, runs).filter(({ record }) => record.status === "done");
      const values = own.flatMap(({ record }) => record.metrics[x] ?? []).filter(Number.isFinite);
      const y = setting.means.get(metric)?.mean;
      if (values.length === 0 || y === undefined) return [];
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const [only, another] = own;
      const href = only !== undefined && another === undefined ? linkTo(only.key) : undefined;
      return [{ label: setting.texts.join(", "), x: mean, y, href }];
    });
    if (points.length < 2) return [];
    return [paretoPlot({ x, y: metric, better: isDivergence(x) ? "lower" : "higher", points })];
  });
};

const claimsShown = (name: string, { claims: judged }: SweepReport, { error }: ReadClaims) => ({
  claims: judged.length === 0 ? "" : claimsTable(name, judged).text,
  claimsError: error,
});

/** All of it but the trials, which change with every step. */
const readResults = async (
  runs: readonly WatchedRun[],
  asked: SweepRequest,
  read: ReadClaims,
): Promise<Omit<SweepDetails, "trials">> => {
  const { file } = runs[0]!;
  const name = basename(file);
  const report = await readSweepReport(name, runs, read.claims);
  const { axes } = report.means;
  const metric = asked.metric !== undefined && report.metrics.includes(asked.metric) ? asked.metric : report.metrics[0];
  const at = (pointer: string | undefined, usual: number): number => {
    const found = axes.findIndex((axis) => axis.pointer === pointer);
    return found === -1 ? Math.min(usual, axes.length - 1) : found;
  };
  const [x, y] = [at(asked.x, 0), at(asked.y, 1)];
  const plots =
    metric === undefined
      ? []
      : [...parallel(report, runs, metric), ...pareto(report, runs, metric), ...sweepPlots(report)];
  return {
    file,
    question: report.question,
    axes: axes.map((axis) => ({ ...axis, values: axis.values.map((value) => valueText(value as Json) as Value) })),
    metrics: report.metrics,
    metric: metric ?? "",
    x: axes[x]?.pointer ?? "",
    y: axes[y]?.pointer ?? "",
    cells: metric === undefined || axes.length === 0 ? [] : cellsOf(report, runs, metric, [x, y]),
    mixed: mixedText(report.mixed),
    plots: plots.map((plot) => [plot.name, plotFigure(plot).text]),
    ...claimsShown(name, report, read),
  };
};

/** What was read of a sweep, and of what. */
interface KeptResults {
  of: string;
  results: Omit<SweepDetails, "trials"> | undefined;
}

/** Questions about sweeps whose answers are kept. */
const keptQuestions = 16;

/** Reads sweeps, each again when one of its runs has another state or its file other claims. */
export class SweepReader {
  readonly #recent = new Recent<KeptResults>({ most: keptQuestions }, () => ({ of: "", results: undefined }));

  /** The runs of a file; at least one. Errors of the system when they cannot be read. */
  async read(runs: readonly WatchedRun[], rows: RunRows, asked: SweepRequest): Promise<SweepDetails> {
    const read = claimsOf(runs[0]!);
    const kept = this.#recent.of(JSON.stringify([runs[0]!.parent, asked]));
    const of = JSON.stringify([read, runs.map(({ key, stamp, record }) => [key, stamp, record.status])]);
    if (kept.of !== of || kept.results === undefined) {
      kept.results = await readResults(runs, asked, read);
      kept.of = of;
    }
    return { ...kept.results, trials: trialsOf(runs, rows.rows(runs)) };
  }
}
