/** The checks that watch a run's steps, from the settings. */
import type { RewardRange } from "../../rewards/reward.ts";
import type { Check } from "./check.ts";
import { constantReward } from "./constant-reward.ts";
import { negativeDivergence } from "./divergence.ts";
import { rewardRange } from "./reward-range.ts";
import { samplingAgreement } from "./sampling-agreement.ts";
import type { CheckSettings } from "../recipe/check-settings.ts";
import { noAdvantage, noGradient } from "./stillness.ts";
import { teacherScores } from "./teacher-scores.ts";
import { cut, truncated } from "./truncation.ts";

/**
 * Those that are on; `ranges` are the ranges that rewards declare, by name; `tempered` where nothing but a temperature
 * shapes what is drawn. `identity` is checked once, by the learner's thread.
 */
export const stepChecks = (
  settings: CheckSettings,
  ranges: Readonly<Record<string, RewardRange>>,
  tempered = true,
): readonly Check[] => {
  const made: Readonly<Record<Exclude<keyof CheckSettings, "identity">, (threshold: number) => Check>> = {
    negativeDivergence,
    teacherScores,
    samplingAgreement: (tolerance) => samplingAgreement(tolerance, tempered),
    rewardRange: (patience) => rewardRange(ranges, patience),
    truncated,
    cut,
    noGradient,
    noAdvantage,
    constantReward,
  };
  return Object.entries(made).flatMap(([name, make]) => {
    const threshold = settings[name as keyof typeof made];
    return threshold === 0 ? [] : [make(threshold)];
  });
};
