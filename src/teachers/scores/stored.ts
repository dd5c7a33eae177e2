/** A teacher whose scores are stored in a folder: what it once said of a sequence is read, not computed again. */
import { coordinatesText } from "../../rollouts/batches/order.ts";
import type { Teacher, TeacherScore } from "../teacher.ts";
import type { ScoreSize } from "./entry.ts";
import type { ScoreFolder } from "./folder.ts";

/** A sequence whose score was to be read, and is not there. A retry does not help. */
export class MissingScoreError extends Error {
  override readonly name = "MissingScoreError";
  readonly retryable = false;
}

/** The folder, and the teacher that scores what is not in it. */
export interface StoredTeacherOptions {
  readonly folder: ScoreFolder;
  readonly size: Omit<ScoreSize, "positions">;
  readonly vocabularySize: number;
  /** None when left out: a score that is missing is then the rollout's error. */
  readonly teacher?: Teacher;
}

/**
 * Reads each score from the folder, asks the teacher for the missing ones together, and writes what it says. A damaged
 * score is missing. Scores say whether they were read (`stored`) and are otherwise the teacher's, bit for bit. Answers
 * are `MissingScoreError` where there is no teacher to ask; errors of the file system reject.
 */
export const storedTeacher = ({ folder, size, vocabularySize, teacher }: StoredTeacherOptions): Teacher => ({
  vocabularySize,
  async score(rollouts, signal) {
    const reads = await Promise.all(rollouts.map((rollout) => folder.read(rollout, size)));
    const missing = rollouts.filter((_, i) => "missing" in reads[i]!);
    const asked = teacher === undefined || missing.length === 0 ? [] : await teacher.score(missing, signal);
    await Promise.all(
      asked.map(async (answer, i) => (answer instanceof Error ? undefined : folder.write(missing[i]!, answer))),
    );
    let next = 0;
    return reads.map((read, i): TeacherScore | Error => {
      if ("score" in read) return { ...read.score, stored: true };
      if (teacher === undefined) {
        return new MissingScoreError(
          `stored scores: expected a score of ${coordinatesText(rollouts[i]!)} at ${read.path}, got ` +
            `${read.missing === "absent" ? "none" : "a damaged one"}; ` +
            `set the teacher's scores.ask to true, or record these sequences first`,
        );
      }
      const answer = asked[next]!;
      next += 1;
      return answer instanceof Error ? answer : { ...answer, stored: false };
    });
  },
});
