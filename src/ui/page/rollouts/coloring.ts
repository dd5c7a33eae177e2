/** What the colours of tokens and rollouts say: the same shades at the same values as in the reports. */
import type { Rollout, Token } from "../../answers.ts";

/** What tokens are coloured by; advantages are of whole completions. */
export type Coloring = "divergence" | "student" | "teacher" | "advantage";

/** All of them, with what they are called. */
export const colorings: readonly (readonly [Coloring, string])[] = [
  ["divergence", "divergence"],
  ["student", "probability, student"],
  ["teacher", "probability, teacher"],
  ["advantage", "advantage"],
];

/** Where the shades of divergence begin, in nats. */
export const depths = [0.1, 0.3, 1, 3] as const;

/** Below which the shades of a token's probability begin. */
export const rarities = [0.9, 0.5, 0.1, 0.01] as const;

/** Shades of reward and of advantage, from the least to the greatest that is shown. */
const shades = 5;

/** The least and the greatest of what is shown. */
export type Range = readonly [low: number, high: number];

const shadeIf = (depth: number): string => (depth === 0 ? "" : `divergence-${depth}`);

/** The class of a token. */
export const tokenShade = ({ divergence, student, teacher }: Token, coloring: Coloring): string => {
  if (coloring === "advantage") return "";
  if (coloring === "divergence") return shadeIf(depths.filter((from) => divergence >= from).length);
  const logProb = coloring === "student" ? student : teacher;
  return logProb === null ? "" : shadeIf(rarities.filter((below) => Math.exp(logProb) < below).length);
};

/** The class of a reward or an advantage. */
export const shadeOf = (value: number | null, [low, high]: Range): string =>
  value === null || high <= low
    ? ""
    : `reward-${Math.min(shades, 1 + Math.floor((shades * (value - low)) / (high - low)))}`;

const rangeOf = (values: readonly (number | null)[]): Range => {
  const known = values.filter((value) => value !== null);
  return [Math.min(...known), Math.max(...known)];
};

/** What the shades of some rollouts go from and to; advantages around 0. */
export const rangesOf = (rollouts: readonly Rollout[]): { readonly reward: Range; readonly advantage: Range } => {
  const [low, high] = rangeOf(rollouts.map(({ advantage }) => advantage));
  const most = Math.max(Math.abs(low), Math.abs(high));
  return {
    reward: rangeOf(rollouts.map(({ reward }) => reward)),
    advantage: Number.isFinite(most) ? [-most, most] : [0, 0],
  };
};

/** Orders of rollouts, with what they are called. */
export const orders = [
  ["", "as drawn"],
  ["reward", "reward"],
  ["divergence", "divergence"],
  ["length", "length"],
] as const;

/** In an order, the greatest first; what has no number is last. */
export const ordered = (rollouts: readonly Rollout[], order: string): readonly Rollout[] => {
  if (order !== "reward" && order !== "divergence" && order !== "length") return rollouts;
  return rollouts.toSorted((a, b) => (b[order] ?? -Infinity) - (a[order] ?? -Infinity) || 0);
};
