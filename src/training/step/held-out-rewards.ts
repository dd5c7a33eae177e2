/** The rewards of an evaluation's completions, as they are: whatever normalises them in training is left alone. */
import { lastValueFrom, takeUntil } from "rxjs";
import { ordered } from "../../rollouts/batches/order.ts";
import type { RewardScore } from "../../rewards/reward.ts";
import type { Rollout } from "../../rollouts/batches/rollout.ts";
import type { CallLimits } from "../../rollouts/scoring/call-limits.ts";
import { route } from "../../rollouts/scoring/router.ts";
import type { Span } from "../../rollouts/scoring/timeline.ts";
import { withinDropLimits } from "../batch/drop-limits.ts";
import type { RewardScorer } from "../threads/scorers.ts";
import { defined } from "../../optional/defined.ts";
import { abortion, inChunks } from "./step-rollouts.ts";

/** How completions are scored. */
export interface HeldOutRequest {
  readonly scorer: RewardScorer;
  /** Shared with the steps that are scored at the same time. */
  readonly limits: CallLimits;
  /** Steps done. */
  readonly step: number;
  /** Completions that are handed over in one go. */
  readonly chunk: number;
  /** Share of the completions that may be dropped, in [0, 1]. */
  readonly mostDropped: number;
  readonly observe?: (span: Span) => void;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of a sample; 0 of a single value. */
const deviation = (values: readonly number[]): number => {
  const center = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / Math.max(1, values.length - 1));
};

/** A reward's own part of this name would be taken for the reward's spread. */
const spread = "spread";

/** Means of the sums and of all parts by name, with the spread of what is no part of a reward itself. */
const summaryOf = (scores: readonly RewardScore[]): Record<string, number> => {
  const columns = new Map<string, number[]>([["reward", scores.map(({ value }) => value)]]);
  for (const [name, value] of scores.flatMap(({ parts }) => Object.entries(parts))) {
    if (name.endsWith(`/${spread}`)) continue;
    const key = `reward/${name}`;
    const column = columns.get(key);
    if (column === undefined) columns.set(key, [value]);
    else column.push(value);
  }
  const isPart = (key: string): boolean => key.split("/").length > 2;
  return Object.fromEntries(
    [...columns].flatMap(([key, values]) => [
      [key, mean(values)] as const,
      ...(isPart(key) ? [] : [[`${key}/${spread}`, deviation(values)] as const]),
    ]),
  );
};

/**
 * Of all completions together: `reward`, the mean of the weighted sum; `reward/<name>` of each reward without its
 * weight, and `reward/<name>/<part>` of what it is made of; `reward/spread` and `reward/<name>/spread`, the standard
 * deviation (n - 1) over the completions; `unscored`, the share of completions whose rewards gave no answer after all
 * retries. These are in no mean where failures are dropped; where they get a default they have it as their sum, and
 * nothing else. A part called `spread` is left out. Rejects where a step would: when a reward fails and the settings
 * say `stop`, and when more is dropped than may be.
 */
export const heldOutRewards = async (
  rollouts: readonly Rollout[],
  { scorer, limits, step, chunk, mostDropped, observe }: HeldOutRequest,
  signal: AbortSignal,
): Promise<Record<string, number>> => {
  const chunks = inChunks(rollouts, chunk).map((some) => () => Promise.resolve(some));
  const options = { inFlight: scorer.concurrency, limits, ...defined({ observe }) };
  const routed = route<{ readonly reward: RewardScore }>(chunks, { reward: scorer }, options).pipe(
    ordered(),
    takeUntil(abortion(signal)),
  );
  try {
    const scored = withinDropLimits(await lastValueFrom(routed), { step, wholeGroups: false, mostDropped });
    const unscored = scored.filter(({ failures }) => (failures?.["reward"]?.outcome ?? "answered") !== "answered");
    return {
      ...summaryOf(scored.flatMap(({ answers }) => answers.reward ?? [])),
      unscored: unscored.length / scored.length,
    };
  } catch (error) {
    if (signal.aborted) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`rewards of the evaluation: ${reason}; "evaluation": { "rewards": false } leaves them out`, {
      cause: error,
    });
  }
};
