/** Which plot shows a figure's settings. */
import { valueText } from "../../evaluation/claims/value-text.ts";
import { defined } from "../../optional/defined.ts";
import type { PaperNumbers } from "../means/paper-means.ts";
import type { Axis, SettingMeans } from "../means/setting-means.ts";

/** One mean in a plot. */
export interface PlotPoint {
  readonly x: number | string;
  /** Of heatmaps; else the line that the point belongs to. */
  readonly row: string;
  /** Of heatmaps with a third axis. */
  readonly facet: string;
  readonly mean: number;
  readonly interval: readonly [number, number] | undefined;
  /** The paper's number of the setting, in the metric's unit; not there where it has none. */
  readonly paper?: number;
}

/** A setting that has no position along the axis, such as the teacher's along lambda: the same everywhere. */
export type PlotLevel = Pick<PlotPoint, "row" | "mean" | "interval" | "paper">;

/** Lines along a numeric axis, points beside each other where there is none, or a heatmap of two axes. */
export interface PlotShape {
  readonly kind: "lines" | "points" | "heatmap";
  readonly metric: string;
  /** Names of the axes, for people. */
  readonly x: string;
  readonly row: string;
  readonly facet: string;
  readonly points: readonly PlotPoint[];
  /** Of lines; none for other kinds. */
  readonly levels: readonly PlotLevel[];
  /** Values along the plot, in their order; none where round numbers serve, as of what was measured. */
  readonly ticks: readonly (number | string)[];
}

/** Lines that can be told apart. */
const mostLines = 6;

/** Two numbers or more; settings for which the axis says nothing do not count. */
const isNumeric = ({ values }: Axis): boolean => {
  const said = values.filter((value) => value !== undefined);
  return said.length > 1 && said.every((value) => typeof value === "number");
};

/** Which axis is drawn where, by their indices in the list of axes. */
interface AxisRoles {
  readonly kind: PlotShape["kind"];
  readonly x: number | undefined;
  readonly rows: readonly number[];
  readonly facets: readonly number[];
}

const rolesOf = ({ axes }: SettingMeans): AxisRoles => {
  const sizes = axes.map((axis, i) => ({ i, size: axis.values.length, numeric: isNumeric(axis) }));
  const bySize = sizes.toSorted((a, b) => b.size - a.size || a.i - b.i);
  const along = bySize.find(({ numeric }) => numeric) ?? (axes.length > 1 ? bySize[1] : bySize[0]);
  const others = bySize.filter(({ i }) => i !== along?.i);
  const lines = others.reduce((product, { size }) => product * size, 1);
  const x = along?.i;
  if (lines > mostLines || (along?.numeric === false && others.length > 0)) {
    return {
      kind: "heatmap",
      x,
      rows: others.slice(0, 1).map(({ i }) => i),
      facets: others.slice(1).map(({ i }) => i),
    };
  }
  return { kind: along?.numeric === true ? "lines" : "points", x, rows: others.map(({ i }) => i), facets: [] };
};

const ticksOf = (axis: Axis | undefined, kind: PlotShape["kind"]): PlotShape["ticks"] => {
  if (axis === undefined) return ["all"];
  return kind === "lines" ? axis.values.filter((value) => typeof value === "number") : axis.values.map(valueText);
};

/**
 * The plot of a metric: lines where a numeric axis leaves at most six of them, else a heatmap, facetted by what two
 * axes do not show. With `paper` the points have the paper's numbers, too.
 */
export const plotShape = (means: SettingMeans, metric: string, paper?: PaperNumbers): PlotShape => {
  const { kind, x, rows, facets } = rolesOf(means);
  const { axes, settings } = means;
  const joined = (texts: readonly string[], indices: readonly number[]): string =>
    indices.map((i) => texts[i]).join(", ");
  const names = axes.map(({ name }) => name);
  const points: PlotPoint[] = [];
  const levels: PlotLevel[] = [];
  for (const setting of settings) {
    const { values, texts, means: known } = setting;
    const found = known.get(metric);
    if (found === undefined) continue;
    const { mean, interval } = found;
    const theirs = defined({ paper: paper?.(setting, metric) });
    const row = joined(texts, rows);
    const at = x === undefined ? "all" : kind === "lines" ? values[x] : texts[x];
    if (at === undefined) levels.push({ row, mean, interval, ...theirs });
    else points.push({ x: at as number | string, row, facet: joined(texts, facets), mean, interval, ...theirs });
  }
  const along = x === undefined ? undefined : axes[x];
  return {
    kind,
    metric,
    x: along?.name ?? "",
    row: joined(names, rows),
    facet: joined(names, facets),
    points,
    levels,
    ticks: ticksOf(along, kind),
  };
};
