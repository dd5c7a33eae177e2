/**
 * A teacher with a tokenizer of its own: it reads the text of a rollout, and its rows are put where both tokenizers
 * begin a token.
 */
import type { Rollout } from "../rollouts/batches/rollout.ts";
import { promptIds } from "../tokenizers/prompt-ids.ts";
import { tokenTexts } from "../tokenizers/token-texts.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { alignment } from "./alignment.ts";
import type { Teacher, TeacherScore } from "./teacher.ts";

/** Whose tokens are read, and whose are written. */
export interface Translation {
  /** Of the rollouts. */
  readonly student: Tokenizer;
  /** Of the teacher's own vocabulary. */
  readonly teacher: Tokenizer;
  /** Most tokens of prompt and completion, less one, that the teacher reads; what is beyond is not aligned. */
  readonly length: number;
}

/** A rollout as the teacher reads it, with the text of each token of its completion, the unread ones included. */
interface Reading {
  readonly rollout: Rollout;
  readonly texts: readonly string[];
}

/**
 * The rollout in the teacher's tokens, the completion cut to fit; `undefined` when the prompt alone does not fit, and
 * when its tokenizer has no tokens for the completion, or tokens of another text, because it changes spaces, letters or
 * accents.
 */
const readingOf = (rollout: Rollout, { teacher, length }: Translation): Reading | undefined => {
  const { prompt, text, finish } = rollout;
  const promptTokens = Int32Array.from(promptIds(teacher, prompt.text));
  if (promptTokens.length > length) return undefined;
  try {
    const tokens = [...teacher.encode(text), ...(finish === "stop" ? [teacher.endId] : [])];
    const texts = tokenTexts(teacher, tokens);
    if (texts.join("") !== text) return undefined;
    return {
      rollout: { ...rollout, promptTokens, tokens: Int32Array.from(tokens.slice(0, length - promptTokens.length + 1)) },
      texts,
    };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

/** Row of the teacher's score for each of the rollout's tokens, -1 where there is none. */
const rowsOf = (rollout: Rollout, reading: Reading, { student }: Translation): number[] =>
  alignment(tokenTexts(student, rollout.tokens), reading.texts).map((row) =>
    row < reading.rollout.tokens.length ? row : -1,
  );

/** The teacher's rows [L', W] as rows [L, W] of the rollout's tokens; zero where it has none. */
const alignedScore = ({ logProbs }: TeacherScore, rows: readonly number[], width: number): TeacherScore => {
  const all = new Float32Array(rows.length * width);
  const aligned = new Float32Array(rows.length);
  for (const [t, row] of rows.entries()) {
    if (row < 0) continue;
    all.set(logProbs.subarray(row * width, (row + 1) * width), t * width);
    aligned[t] = 1;
  }
  return { logProbs: all, aligned };
};

/**
 * The teacher that reads rollouts in its own tokens. Its scores have `aligned` [L], and `logProbs` [L, W] over its own
 * vocabulary of W tokens where that is 1. A completion that its tokenizer cannot spell, or spells with other
 * characters, is not aligned anywhere.
 */
export const foreignTeacher = <Answer extends TeacherScore | Error>(
  teacher: Teacher<Answer>,
  translation: Translation,
): Teacher<TeacherScore | Extract<Answer, Error>> => ({
  vocabularySize: teacher.vocabularySize,
  async score(rollouts, signal) {
    const readings = rollouts.map((rollout) => readingOf(rollout, translation));
    const scores = await teacher.score(
      readings.flatMap((reading) => reading?.rollout ?? []),
      signal,
    );
    const left = scores.values();
    return rollouts.map((rollout, i) => {
      const reading = readings[i];
      const score = reading === undefined ? undefined : left.next().value;
      if (reading === undefined || score === undefined) {
        return alignedScore(
          { logProbs: new Float32Array(0) },
          Array.from(rollout.tokens, () => -1),
          teacher.vocabularySize,
        );
      }
      if (score instanceof Error) return score as Extract<Answer, Error>;
      return alignedScore(score, rowsOf(rollout, reading, translation), teacher.vocabularySize);
    });
  },
});
