/** The rows that a step learns from: scored sequences with their advantages, in order. */
import type { AdvantageEstimator } from "../../objectives/advantages/advantage.ts";
import type { BehaviorValues } from "../../rollouts/behaviors/index.ts";
import type { NormalizationState, RewardNormalizer } from "../../rewards/normalization.ts";
import { coordinatesText } from "../../rollouts/batches/order.ts";
import type { Rollout } from "../../rollouts/batches/rollout.ts";
import type { ScoredRollout } from "../../rollouts/scoring/scorer.ts";
import type { Answers, Row } from "./row.ts";
import type { LoggedRollout } from "../recipe/step-report.ts";
import { defined } from "../../optional/defined.ts";

/** How rewards become advantages, and what was carried from the step before. */
export interface AdvantageRequest {
  readonly group: number;
  readonly behavior: BehaviorValues;
  readonly advantages: AdvantageEstimator<unknown> | undefined;
  readonly advantagesState: unknown;
  /** Sums up rewards of which some are normalised; the sums of the scorer count when left out. */
  readonly rewards?: RewardNormalizer;
  readonly rewardsState?: NormalizationState;
}

/** A step's sequences, in order of prompt and sample. */
export interface StepRows {
  /** What is learned from: all, but for the dropped ones. */
  readonly rows: readonly Row[];
  /** All, dropped or not. */
  readonly drawn: readonly Rollout[];
  readonly advantagesState: unknown;
  readonly rewardsState: NormalizationState;
  /** Share of the student's rewards in [0, 1] that clipping changed; absent when nothing is clipped. */
  readonly rewardsCut?: number;
  /** Share of the teacher's scores in [0, 1] that were read from a folder; absent where there is none. */
  readonly storedScores?: number;
  /** All as they are logged. */
  readonly logged: readonly LoggedRollout[];
}

/** A rollout's reward after shaping, and its advantage. */
type Advantage = Pick<Row, "reward" | "advantage">;

const estimate = (
  kept: readonly ScoredRollout<Answers>[],
  { group, advantages, advantagesState, rewards: normalizer, rewardsState = {} }: AdvantageRequest,
): { assigned: Map<Rollout, Advantage>; state: unknown; rewardsState: NormalizationState; cut?: number } => {
  const student = kept.filter(({ rollout }) => rollout.source === "student");
  if (advantages === undefined || student.length === 0)
    return { assigned: new Map(), state: advantagesState, rewardsState };
  const scores = student.map(({ rollout, answers }) => {
    if (answers.reward === undefined)
      throw new RangeError(`rows: expected a reward for ${coordinatesText(rollout)}, got none`);
    return answers.reward;
  });
  const summed = normalizer?.sums(scores, group, rewardsState) ?? {
    values: Float32Array.from(scores, ({ value }) => value),
    state: rewardsState,
  };
  const { rewards, advantages: estimated, ...rest } = advantages.estimate(summed.values, group, advantagesState);
  const assigned = new Map(
    student.map(({ rollout }, i) => [rollout, { reward: rewards[i]!, advantage: estimated[i]! }]),
  );
  return { assigned, rewardsState: summed.state, ...rest };
};

const log = (
  { rollout, answers, failures, dropped }: ScoredRollout<Answers>,
  advantage: number | undefined,
  { behavior }: AdvantageRequest,
): LoggedRollout => ({
  prompt: rollout.prompt.text,
  reference: rollout.prompt.reference,
  completion: rollout.text,
  source: rollout.source,
  ...(rollout.source === "student" && behavior.type !== "student" ? { behavior: behavior.type } : {}),
  finish: rollout.finish,
  tokens: rollout.tokens.length,
  version: rollout.version,
  ...defined({ reward: answers.reward?.value, parts: answers.reward?.parts, advantage, failures }),
  ...(dropped ? { dropped } : {}),
});

const storedShare = (kept: readonly ScoredRollout<Answers>[]): Pick<StepRows, "storedScores"> => {
  const said = kept.flatMap(({ answers }) => answers.teacher?.stored ?? []);
  return said.length === 0 ? {} : { storedScores: said.filter(Boolean).length / said.length };
};

/** `rewards/cut` and `teacher/stored`, where there is something to cut and somewhere to read. */
export const shares = ({
  rewardsCut,
  storedScores,
}: Pick<StepRows, "rewardsCut" | "storedScores">): Record<string, number> => ({
  ...defined({ "rewards/cut": rewardsCut, "teacher/stored": storedScores }),
});

/**
 * The rows of a step's sequences, which are in order of prompt and sample. The only part of a step that depends on the
 * one before.
 */
export const assignAdvantages = (scored: readonly ScoredRollout<Answers>[], request: AdvantageRequest): StepRows => {
  const kept = scored.filter(({ dropped }) => !dropped);
  const { assigned, state, rewardsState, cut } = estimate(kept, request);
  return {
    drawn: scored.map(({ rollout }) => rollout),
    rows: kept.map((item) => ({ ...item, ...(assigned.get(item.rollout) ?? { reward: 0, advantage: 0 }) })),
    advantagesState: state,
    rewardsState,
    ...defined({ rewardsCut: cut }),
    ...storedShare(kept),
    logged: scored.map((item) => log(item, assigned.get(item.rollout)?.advantage, request)),
  };
};
