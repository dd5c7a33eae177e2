/** What a figure trades for what: two metrics of each setting, and which settings no other beats in both. */
import type { ClaimValues } from "../../evaluation/claims/index.ts";
import type { Trial } from "../../evaluation/claims/trial.ts";
import { settingMeans, type SettingMean, type SettingMeans } from "./setting-means.ts";

/** A setting by its two metrics. */
export interface TradePoint {
  /** Where on its line it is. */
  readonly label: string;
  readonly x: SettingMean;
  readonly y: SettingMean;
}

/** Settings that differ in what is traded along alone, in its order. */
export interface TradeLine {
  readonly name: string;
  readonly points: readonly TradePoint[];
}

/** Two metrics against each other. */
export interface TradeOff {
  /** The metrics. */
  readonly x: string;
  readonly y: string;
  /** What changes along a line. */
  readonly along: string;
  readonly lines: readonly TradeLine[];
  /**
   * The settings that no other equals or exceeds in both metrics, by x; none where no claim says that both are to be
   * high.
   */
  readonly front: readonly TradePoint[];
}

/** Of points that are the better the higher they are in both numbers: those that no other beats, by x. */
export const paretoFront = <Point>(
  points: readonly Point[],
  x: (point: Point) => number,
  y: (point: Point) => number,
): readonly Point[] =>
  points
    .filter((point) =>
      points.every(
        (other) => !(x(other) >= x(point) && y(other) >= y(point) && (x(other) > x(point) || y(other) > y(point))),
      ),
    )
    .toSorted((a, b) => x(a) - x(b));

/** A claim that a metric rises or falls along an axis. */
export type Trend = Extract<ClaimValues, { type: "trend" }>;

/** Two metrics of which the claims say that one rises where the other falls. */
export const opposed = (claims: readonly ClaimValues[]): readonly [falls: Trend, rises: Trend] | undefined => {
  const trends = claims.filter((claim): claim is Trend => claim.type === "trend");
  for (const rises of trends.filter(({ direction }) => direction === "increasing")) {
    const falls = trends.find(
      ({ direction, along, metric }) => direction === "decreasing" && along === rises.along && metric !== rises.metric,
    );
    if (falls !== undefined) return [falls, rises];
  }
  return undefined;
};

const alongAxis = ({ axes, settings }: SettingMeans, pointer: string, x: string, y: string): TradeLine[] => {
  const index = axes.findIndex((axis) => axis.pointer === pointer);
  const lines = new Map<string, TradePoint[]>();
  const order = axes[index]?.values ?? [];
  for (const { values, texts, means } of settings.toSorted(
    (a, b) => order.indexOf(a.values[index]) - order.indexOf(b.values[index]),
  )) {
    const [across, up] = [means.get(x), means.get(y)];
    if (across === undefined || up === undefined) continue;
    const name = texts.filter((_, i) => i !== index).join(", ");
    const label = values[index] === undefined ? "" : texts[index]!;
    lines.set(name, [...(lines.get(name) ?? []), { label, x: across, y: up }]);
  }
  return [...lines].map(([name, points]) => ({ name, points }));
};

/** `at-0.5/rouge-2` is the measure `rouge-2` of the evaluation `at-0.5`. */
const ofEvaluation = /^([^/]+)\/([^/]+)$/u;

/** The two measures that claims compare over several evaluations, and those that have both. */
const measuredTwice = (claims: readonly ClaimValues[], trials: readonly Trial[]) => {
  const claimed = claims.flatMap(({ metric }) => ofEvaluation.exec(metric)?.[2] ?? []);
  const [x, y, ...others] = new Set(claimed);
  if (x === undefined || y === undefined || others.length > 0) return undefined;
  const measured = Object.keys(trials[0]?.final ?? {});
  const evaluations = [...new Set(measured.flatMap((metric) => ofEvaluation.exec(metric)?.[1] ?? []))]
    .filter((name) => measured.includes(`${name}/${x}`) && measured.includes(`${name}/${y}`))
    .toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }));
  return evaluations.length < 2 ? undefined : { x, y, evaluations };
};

const alongEvaluations = (trials: readonly Trial[], claims: readonly ClaimValues[]): TradeOff | undefined => {
  const found = measuredTwice(claims, trials);
  if (found === undefined) return undefined;
  const { x, y, evaluations } = found;
  const { settings } = settingMeans(
    trials,
    evaluations.flatMap((name) => [`${name}/${x}`, `${name}/${y}`]),
  );
  const lines = settings.map(({ texts, means }) => ({
    name: texts.join(", "),
    points: evaluations.flatMap((label): TradePoint[] => {
      const [across, up] = [means.get(`${label}/${x}`), means.get(`${label}/${y}`)];
      return across === undefined || up === undefined ? [] : [{ label, x: across, y: up }];
    }),
  }));
  return { x, y, along: "evaluation", lines, front: [] };
};

/**
 * The trade-off that the claims speak of: a metric that falls along an axis while another rises, both the better the
 * higher; or two measures of several evaluations, such as quality and diversity at several temperatures. Nothing where
 * they speak of none.
 */
export const tradeOff = (claims: readonly ClaimValues[], trials: readonly Trial[]): TradeOff | undefined => {
  const found = opposed(claims);
  if (found === undefined) return alongEvaluations(trials, claims);
  const [{ metric: x, along }, { metric: y }] = found;
  const means = settingMeans(trials, [x, y]);
  const lines = alongAxis(means, along, x, y);
  if (lines.every(({ points }) => points.length < 2)) return undefined;
  const name = means.axes.find(({ pointer }) => pointer === along)?.name ?? along;
  return {
    x,
    y,
    along: name,
    lines,
    front: paretoFront(
      lines.flatMap(({ points }) => points),
      (point) => point.x.mean,
      (point) => point.y.mean,
    ),
  };
};
