/** The teacher's scores: log-probs of distributions, and no other numbers. */
import type { TeacherScore } from "../../teachers/teacher.ts";
import type { Row } from "../batch/row.ts";
import type { Check } from "./check.ts";

/**
 * Most numbers of one step that are checked, evenly over its positions, so that a large vocabulary costs no more than a
 * small one.
 */
const budget = 65_536;

/** Positions of a sequence, `width` numbers each. */
const positionsOf = ({
  rollout,
  answers: { teacher },
}: Row): { scores: TeacherScore; count: number; width: number }[] =>
  teacher === undefined
    ? []
    : [{ scores: teacher, count: rollout.tokens.length, width: teacher.logProbs.length / rollout.tokens.length }];

/** Whether the probabilities of one position are not those of a distribution; top-k scores may sum to less than 1. */
const broken = ({ logProbs, ids }: TeacherScore, start: number, width: number, tolerance: number): boolean => {
  let sum = 0;
  for (let i = start; i < start + width; i += 1) {
    if (!(logProbs[i]! <= tolerance)) return true;
    sum += Math.exp(logProbs[i]!);
  }
  return sum > 1 + tolerance || (ids === undefined && !(sum >= 1 - tolerance));
};

/**
 * Every log-prob is a number of at most `tolerance`, and the probabilities of a position sum to 1 (at most 1 for top-k
 * scores), to the tolerance. Of a step with more than 65,536 scores, a sample of its positions is checked.
 */
export const teacherScores = (tolerance: number): Check => ({
  name: "teacherScores",
  patience: 1,
  remedy: "a teacher gives log-probs in nats of whole distributions: check its weights and its temperature",
  inspect({ rows }) {
    const all = rows.flatMap(positionsOf);
    const total = all.reduce((sum, { count, width }) => sum + count * width, 0);
    const stride = Math.max(1, Math.ceil(total / budget));
    let [checked, wrong, next] = [0, 0, 0];
    for (const { scores, count, width } of all) {
      for (; next < count; next += stride) {
        if (scores.aligned?.[next] === 0) continue;
        checked += 1;
        if (broken(scores, next * width, width, tolerance)) wrong += 1;
      }
      next -= count;
    }
    if (wrong === 0) return undefined;
    return { count: wrong, seen: `the teacher's scores are no distribution at ${wrong} of ${checked} positions` };
  },
});
