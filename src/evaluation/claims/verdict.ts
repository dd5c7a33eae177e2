/** What the trials say of a claim. */
import { Type } from "@sinclair/typebox";
import type { Interval } from "../statistics/interval.ts";
import type { Trial } from "./trial.ts";

/**
 * replicated: the interval excludes the opposite of what is claimed. not-replicated: it excludes what is claimed, or
 * any effect of the size that a claim states. inconclusive: neither. not-run: trials that the claim compares are
 * missing.
 */
export type Outcome = "replicated" | "not-replicated" | "inconclusive" | "not-run";

/** One number that bears on a claim. */
export interface Finding {
  /** What the number is, for people. */
  readonly what: string;
  /** In units of the metric, or a ratio. */
  readonly effect: number;
  readonly interval: Interval;
  /** Of the two-sided paired permutation test, where there is one. */
  readonly p?: number;
  /** Probability that a run of the first is above a run of the second, where two are compared. */
  readonly improvement?: number;
  /** Settings that are compared, each with its seeds. */
  readonly settings: number;
  /** Numbers, or pairs of them, over all settings. */
  readonly count: number;
  readonly outcome: Outcome;
}

/** The verdict, and what it was made of. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly findings: readonly Finding[];
}

/** A claim that can be judged. */
export interface Claim {
  /** The axes that it speaks of: pointers, and `run`. */
  readonly axes: readonly string[];
  /** Whether trials with these settings have what it compares; without that it can never be judged. */
  compares(trials: readonly Trial[]): boolean;
  /** Whether more of such a trial bears on it. */
  concerns(trial: Trial): boolean;
  /** Never throws: any trials get a verdict. `level` is that of the intervals, in (0, 1); 0.95 when left out. */
  judge(trials: readonly Trial[], level?: number): Verdict;
}

/** Nothing to compare. */
export const notRun: Verdict = { outcome: "not-run", findings: [] };

/** What claims of a direction may say of their size. */
export const leastEffect = Type.Optional(
  Type.Number({
    exclusiveMinimum: 0,
    description:
      "Smallest effect that counts, in the metric's unit, such as half of the paper's: where the interval " +
      "is below it, nothing of that size is there, and the claim is not replicated though its sign is not " +
      "known.",
  }),
);

/** What a finding says of it. */
export const leastText = (least: number | undefined): string => (least === undefined ? "" : `, counting from ${least}`);

/**
 * Of an effect that is claimed to be above a bound; one that is smaller than `least`, whatever its sign, is not what is
 * claimed.
 */
export const above = ({ low, high }: Interval, bound: number, least = bound): Outcome => {
  if (low > bound) return "replicated";
  return high < Math.max(bound, least) ? "not-replicated" : "inconclusive";
};

/** Of a number that is claimed to be between two. */
export const between = ({ low, high }: Interval, [lowest, highest]: readonly [number, number]): Outcome => {
  if (low >= lowest && high <= highest) return "replicated";
  return high < lowest || low > highest ? "not-replicated" : "inconclusive";
};

/** Of a claim that holds when all of its parts do. */
export const all = (outcomes: readonly Outcome[]): Outcome => {
  if (outcomes.length === 0 || outcomes.includes("not-run")) return "not-run";
  if (outcomes.includes("not-replicated")) return "not-replicated";
  return outcomes.every((outcome) => outcome === "replicated") ? "replicated" : "inconclusive";
};
