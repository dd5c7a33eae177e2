/** A teacher that remembers what it said of references: each pass over the data brings them again, and a frozen teacher says the same. */
import type { Weights } from "../../policies/policy.ts";
import type { Rollout } from "../../rollouts/rollout.ts";
import type { Teacher, TeacherScore } from "../teacher.ts";
import { sequenceKey } from "./sequence-key.ts";

/** Bytes of scores that are remembered; what comes when they are full is not. */
const mostBytes = 2 ** 26;

/** A copy: who gets a score may give its arrays away. */
const copied = ({ logProbs, ids, aligned, ...rest }: TeacherScore): TeacherScore => ({
  ...rest,
  logProbs: logProbs.slice(),
  ...(ids === undefined ? {} : { ids: ids.slice() }),
  ...(aligned === undefined ? {} : { aligned: aligned.slice() }),
});

const bytesOf = ({ logProbs, ids, aligned }: TeacherScore): number =>
  logProbs.byteLength + (ids?.byteLength ?? 0) + (aligned?.byteLength ?? 0);

/**
 * Asks `teacher` once for each sequence of the data, as far as the scores fit into `most` bytes, and each time for all others; together, in their order. New weights make it
 * forget. Errors are passed on and not remembered.
 */
export const remembering = <T extends Teacher & { load?(weights: Weights): void }>(teacher: T, most = mostBytes): T => {
  const known = new Map<string, TeacherScore>();
  let bytes = 0;
  const remember = (rollout: Rollout, answer: TeacherScore | Error): void => {
    if (rollout.source !== "data" || answer instanceof Error || bytes + bytesOf(answer) > most) return;
    known.set(sequenceKey(rollout), copied(answer));
    bytes += bytesOf(answer);
  };
  const load = teacher.load?.bind(teacher);
  return {
    ...teacher,
    async score(rollouts, signal) {
      const found = rollouts.map((rollout) => (rollout.source === "data" ? known.get(sequenceKey(rollout)) : undefined));
      const missing = rollouts.filter((_, i) => found[i] === undefined);
      const asked = missing.length === 0 ? [] : await teacher.score(missing, signal);
      for (const [i, rollout] of missing.entries()) remember(rollout, asked[i]!);
      let next = 0;
      return found.map((score) => {
        if (score !== undefined) return copied(score);
        next += 1;
        return asked[next - 1]!;
      });
    },
    ...(load === undefined
      ? {}
      : {
          load: (weights: Weights): void => {
            known.clear();
            bytes = 0;
            load(weights);
          },
        }),
  };
};
