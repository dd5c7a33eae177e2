/** A mixture of teachers: at every position the weighted mean of their probabilities. */
import type { Rollout } from "../rollouts/batches/rollout.ts";
import type { Detail, Teacher, TeacherScore } from "./teacher.ts";

/** One of the teachers that are mixed, and what it counts. */
export interface MixtureMember {
  /** In the detail of `memberDetail`. */
  readonly teacher: Teacher;
  /** Above 0. */
  readonly weight: number;
}

/**
 * What a mixture must be told to say so much: the likeliest tokens of a mixture may be among the likeliest of none of
 * its teachers, and the ones that a teacher does not name are unknown, so that a top-k mixture is made of all
 * log-probs. Those of given tokens are enough for those.
 */
export const memberDetail = (detail: Detail): Detail => (detail === "tokens" ? "tokens" : "all");

/** log sum_i w_i p_i out of log p_i [N], element by element; the weights sum to 1. In float64, rounded once. */
const mixed = (logProbs: readonly Float32Array[], logWeights: readonly number[]): Float32Array =>
  logProbs[0]!.map((_, k) => {
    let most = -Infinity;
    for (const [i, each] of logProbs.entries()) most = Math.max(most, logWeights[i]! + each[k]!);
    if (most === -Infinity) return most;
    let sum = 0;
    for (const [i, each] of logProbs.entries()) sum += Math.exp(logWeights[i]! + each[k]! - most);
    return Math.min(0, most + Math.log(sum));
  });

/** Ids of the K largest of a row [V], in falling order and, where values are the same, in rising order of id. */
const largest = (values: Float32Array, topK: number): number[] => {
  const ids: number[] = [];
  for (const [id, value] of values.entries()) {
    if (ids.length === topK && value <= values[ids[topK - 1]!]!) continue;
    let at = ids.length;
    while (at > 0 && values[ids[at - 1]!]! < value) at -= 1;
    ids.splice(at, 0, id);
    if (ids.length > topK) ids.pop();
  }
  return ids;
};

/** The K likeliest of each row [V]. */
const likeliest = (logProbs: Float32Array, vocabularySize: number, topK: number): TeacherScore => {
  const rows = logProbs.length / vocabularySize;
  const ids = new Int32Array(rows * topK);
  const top = new Float32Array(rows * topK);
  for (let row = 0; row < rows; row += 1) {
    const values = logProbs.subarray(row * vocabularySize, (row + 1) * vocabularySize);
    for (const [k, id] of largest(values, topK).entries()) {
      ids[row * topK + k] = id;
      top[row * topK + k] = values[id]!;
    }
  }
  return { ids, logProbs: top };
};

/** `RangeError` for teachers that do not go together. */
const checkMembers = (members: readonly MixtureMember[], detail: Detail): number => {
  const [first] = members;
  if (first === undefined) throw new RangeError("teacher: expected at least one teacher in the mixture, got none");
  const wrong = members.find(({ weight }) => !(weight > 0 && weight < Infinity));
  if (wrong !== undefined)
    throw new RangeError(`teacher: expected weights above 0 in the mixture, got ${wrong.weight}`);
  const { vocabularySize } = first.teacher;
  const other = members.find(({ teacher }) => teacher.vocabularySize !== vocabularySize);
  if (other !== undefined) {
    throw new RangeError(
      `teacher: expected one vocabulary in the mixture, of ${vocabularySize} tokens as its first teacher ` +
        `has, got one of ${other.teacher.vocabularySize}`,
    );
  }
  if (typeof detail === "object" && !(detail.topK >= 1 && detail.topK < vocabularySize)) {
    throw new RangeError(
      `teacher: expected topK from 1 to ${vocabularySize - 1}, below its vocabulary, got ${detail.topK}`,
    );
  }
  return vocabularySize;
};

/**
 * Scores with log sum_i w_i p_i(token), the weights divided by their sum, exact in each detail: all, the K likeliest of
 * the mixture, or the rollout's own tokens. All members are asked at the same time; a rollout that one of them has no
 * score of has that one's error. `RangeError` for no members, weights that are not above 0, and unlike vocabularies.
 */
export const mixtureTeacher = (members: readonly MixtureMember[], detail: Detail): Teacher => {
  const vocabularySize = checkMembers(members, detail);
  const total = members.reduce((sum, { weight }) => sum + weight, 0);
  const logWeights = members.map(({ weight }) => Math.log(weight / total));
  const mixtureOf = (answers: readonly (TeacherScore | Error)[]): TeacherScore | Error => {
    const failure = answers.find((answer) => answer instanceof Error);
    if (failure !== undefined) return failure;
    const logProbs = mixed(
      answers.map((answer) => (answer as TeacherScore).logProbs),
      logWeights,
    );
    const stored = answers.flatMap((answer) => (answer as TeacherScore).stored ?? []);
    return {
      ...(typeof detail === "object" ? likeliest(logProbs, vocabularySize, detail.topK) : { logProbs }),
      ...(stored.length === 0 ? {} : { stored: stored.every(Boolean) }),
    };
  };
  return {
    vocabularySize,
    async score(rollouts: readonly Rollout[], signal: AbortSignal) {
      const answers = await Promise.all(members.map(({ teacher }) => teacher.score(rollouts, signal)));
      return rollouts.map((_, k) => mixtureOf(answers.map((all) => all[k]!)));
    },
  };
};
