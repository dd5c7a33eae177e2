/** The checks that watch a run's steps, from the settings. */
import type { EngineName } from "../../engine/names.ts";
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
 * Most, in nats, that sampling and learning may differ by where products are computed in bfloat16: two programs round
 * them in another order, to 8 bits. Quickstart's student differs by 0.03 at the most uncertain tokens.
 */
const bfloat16Agreement = 0.25;

/** The settings on an engine: what its precision cannot hold is not asked of it. */
export const checksOn = (engine: EngineName, settings: CheckSettings): CheckSettings =>
  engine === "tensorflow-bfloat16" && settings.samplingAgreement > 0
    ? { ...settings, samplingAgreement: Math.max(settings.samplingAgreement, bfloat16Agreement) }
    : settings;

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
