/** The thresholds of the self-checks of a run. */
import { Type, type Static } from "@sinclair/typebox";
import { closedObject } from "../../plugins/closed-object.ts";

const tolerance = (nats: number, description: string) =>
  Type.Number({ default: nats, minimum: 0, description: `${description} 0 turns the check off.` });

const patience = (steps: number, description: string) =>
  Type.Integer({
    default: steps,
    minimum: 0,
    description: `Steps in a row that stop the run, ${description} 0 turns the check off.`,
  });

/**
 * A run that cannot be right stops at once, past a tolerance. A run that may be wrong is warned
 * of at a tenth of the patience and stopped at its end. No check changes what is learned.
 */
export const CheckSettings = closedObject(
  {
    identity: tolerance(
      1e-4,
      "Most, in nats, that a divergence of the objective and its gradient may differ from 0 between equal " +
        "distributions, and fall below 0 between others, tried on the engine before the first step.",
    ),
    negativeDivergence: tolerance(1e-4, "Most, in nats, that a step's mean divergence may lie below 0."),
    teacherScores: tolerance(
      1e-3,
      "Most that a teacher's log-probs may lie above 0, and its probabilities at one position sum away from 1.",
    ),
    samplingAgreement: tolerance(
      1e-3,
      "Most, in nats, that the log-prob of a fresh token under the student may differ between sampling and " +
        "learning; checked in inspections. At least 0.25 where products are in bfloat16.",
    ),
    rewardRange: patience(1, "each with a reward outside of the range that it states."),
    truncated: patience(500, "in which at least 95% of the student's completions were cut at the limit of tokens."),
    cut: patience(500, "in which at least 95% of the rewards or of the importance ratios were cut."),
    noGradient: patience(200, "whose gradient was zero."),
    noAdvantage: patience(1000, "in which every advantage was zero."),
    constantReward: Type.Integer({
      default: 8,
      minimum: 0,
      description:
        "Completions of the first step from which a reward is warned of that is the same for all of them; it stops " +
        "nothing. 0 turns the check off.",
    }),
  },
  { description: "Self-checks: what stops a run that cannot be right." },
);
/** Values of `CheckSettings`. */
export type CheckSettings = Static<typeof CheckSettings>;
