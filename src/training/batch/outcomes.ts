/** What came of asking the scorers: rollouts with all their answers, and those that nothing is learned from. */
import { coordinatesText } from "../../rollouts/batches/order.ts";
import type { Outcome, Failure } from "../../rollouts/scoring/retries.ts";
import type { Rollout } from "../../rollouts/batches/rollout.ts";
import type { RewardScore } from "../../rewards/reward.ts";
import type { TeacherScore } from "../../teachers/teacher.ts";
import type { Scored } from "../../rollouts/scoring/router.ts";

/** Answers that a rollout may get. */
export interface Answers {
  readonly reward: RewardScore;
  readonly teacher: TeacherScore;
  /** The reference policy's, of the rollout's own tokens. */
  readonly reference: TeacherScore;
}

/** An outcome of each scorer. */
export type Outcomes<Answers> = { readonly [Name in keyof Answers]: Outcome<Answers[Name]> };

/** A rollout with the answers that it got. */
export interface Settled<Answers> {
  readonly rollout: Rollout;
  readonly answers: Partial<Answers>;
  /** What went wrong on the way, by the scorer's name; absent when nothing did. */
  readonly troubles?: Readonly<Record<string, Failure>>;
  /** Nothing is learned from it: a scorer gave it no answer, or gave none to another of its group. */
  readonly dropped: boolean;
}

/** What is bearable. */
export interface DropLimits {
  readonly step: number;
  /** Whether a group without one of its rollouts is no use. */
  readonly wholeGroups: boolean;
  /** Share of the rollouts that may be dropped, in [0, 1]. */
  readonly mostDropped: number;
}

const unanswered = ({ answers }: Scored<Record<string, Outcome<unknown>>>): boolean =>
  Object.values(answers).some(({ trouble }) => trouble?.outcome === "dropped");

/**
 * Takes answers and troubles apart; keeps order and number. `Error` when more is dropped than is bearable, or nothing
 * is left: it says how many, and why the first one was.
 */
export const settled = <Answers extends object>(
  scored: readonly Scored<Partial<Outcomes<Answers>>>[],
  { step, wholeGroups, mostDropped }: DropLimits,
): readonly Settled<Answers>[] => {
  const all = scored as readonly Scored<Record<string, Outcome<unknown>>>[];
  const lost = all.filter(unanswered);
  const groups = new Set(
    lost.filter(({ rollout }) => rollout.source === "student").map(({ rollout }) => rollout.order.prompt),
  );
  const result = all.map((item): Settled<Answers> => {
    const { rollout, answers } = item;
    const outcomes = Object.entries(answers);
    const troubles = outcomes.flatMap(([name, { trouble }]) =>
      trouble === undefined ? [] : [[name, trouble] as const],
    );
    return {
      rollout,
      answers: Object.fromEntries(
        outcomes.flatMap(([name, { answer }]) => (answer === undefined ? [] : [[name, answer]])),
      ) as Partial<Answers>,
      ...(troubles.length === 0 ? {} : { troubles: Object.fromEntries(troubles) }),
      dropped: unanswered(item) || (wholeGroups && rollout.source === "student" && groups.has(rollout.order.prompt)),
    };
  });
  const dropped = result.filter((item) => item.dropped).length;
  if (dropped > 0 && (dropped > mostDropped * result.length || dropped === result.length)) {
    const [first] = result.filter(({ troubles }) =>
      Object.values(troubles ?? {}).some(({ outcome }) => outcome === "dropped"),
    );
    const [name, trouble] = Object.entries(first!.troubles!).find(([, { outcome }]) => outcome === "dropped")!;
    throw new Error(
      `step ${step}: expected at most ${mostDropped} of the rollouts to be dropped (scoring.mostDropped) and ` +
        `one to be left, got ${dropped} of ${result.length}; ` +
        `the first is ${coordinatesText(first!.rollout)}, of which the scorer "${name}" says: ${trouble.error}`,
    );
  }
  return result;
};
