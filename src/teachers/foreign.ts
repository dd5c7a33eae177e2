/** A teacher with a tokenizer of its own: it reads the text of a rollout, and its rows are put where both tokenizers begin a token. */
import type { Rollout } from "../rollouts/rollout.ts";
import { promptIds } from "../tokenizers/prompt-ids.ts";
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

/** The completion in the teacher's tokens, cut to fit; `undefined` when its tokenizer has no tokens for the text. */
const completionOf = ({ text, finish }: Rollout, promptLength: number, { teacher, length }: Translation): Int32Array | undefined => {
  try {
    const tokens = [...teacher.encode(text), ...(finish === "stop" ? [teacher.endId] : [])];
    return Int32Array.from(tokens.slice(0, length - promptLength + 1));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

const textsOf = (tokenizer: Tokenizer, tokens: Int32Array): string[] => Array.from(tokens, (token) => tokenizer.decode([token]));

/** Row of the teacher's score for each of the rollout's tokens, -1 where there is none. */
const rowsOf = (rollout: Rollout, reading: Rollout, { student, teacher }: Translation): number[] => {
  const own = textsOf(teacher, reading.tokens);
  const read = own.join("").length;
  const texts = textsOf(student, rollout.tokens);
  if (texts.join("").length === read) return alignment(texts, own);
  const rest = texts.join("").slice(read);
  return alignment(texts, [...own, rest]).map((row) => (row < own.length ? row : -1));
};

/** The teacher's rows [L', W] as rows [L, W] of the rollout's tokens; zero where it has none. */
const placed = ({ logProbs }: TeacherScore, rows: readonly number[], width: number): TeacherScore => {
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
 * The teacher that reads rollouts in its own tokens. Its scores have `aligned` [L], and `logProbs` [L, W] over its own vocabulary of W tokens where
 * that is 1. A completion that its tokenizer cannot spell is not aligned anywhere.
 */
export const foreignTeacher = (teacher: Teacher, translation: Translation): Teacher => ({
  vocabularySize: teacher.vocabularySize,
  async score(rollouts, signal) {
    const readings = rollouts.map((rollout): Rollout | undefined => {
      const promptTokens = Int32Array.from(promptIds(translation.teacher, rollout.prompt.text));
      const tokens = completionOf(rollout, promptTokens.length, translation);
      return tokens === undefined ? undefined : { ...rollout, promptTokens, tokens };
    });
    const scores = await teacher.score(
      readings.filter((reading) => reading !== undefined),
      signal,
    );
    const left = scores.values();
    return rollouts.map((rollout, i) => {
      const reading = readings[i];
      const score = reading === undefined ? undefined : left.next().value;
      if (reading === undefined || score === undefined) {
        return placed(
          { logProbs: new Float32Array(0) },
          Array.from(rollout.tokens, () => -1),
          teacher.vocabularySize,
        );
      }
      return placed(score, rowsOf(rollout, reading, translation), teacher.vocabularySize);
    });
  },
});
