/** Collating: rollouts of unequal length become one padded batch. The only shift-by-one of the project is here. */
import { float32, int32, type TensorSpec, type TypedArray } from "../engine/program.ts";
import type { Rollout } from "../rollouts/rollout.ts";

/** A rollout with what its step found out about it. */
export interface Row {
  readonly rollout: Rollout;
  /** [L, V] log-probs of the teacher, row by row, when the objective needs them. */
  readonly teacherLogProbs?: Float32Array;
  /** Reward minus baseline; 0 for a sequence that the student did not sample. */
  readonly advantage: number;
}

/** Sizes of a batch. */
export interface BatchShape {
  /** B. */
  readonly size: number;
  /** T: at least prompt + completion - 1 tokens of every row. */
  readonly length: number;
  /** V. */
  readonly vocabularySize: number;
}

/** What the objective reads besides tokens. */
export type BatchSignal = "teacherLogProbs" | "advantages";

/** Inputs of the update program that change with every batch, by name. */
export type Batch = Readonly<Record<string, TypedArray>>;

/** Shapes of a batch's arrays. */
export const batchSpecs = ({ size, length, vocabularySize }: BatchShape, signals: readonly BatchSignal[]): Record<string, TensorSpec> => ({
  tokens: int32(size, length),
  positions: int32(size, length),
  mask: float32(size, length),
  targets: int32(size, length),
  completionMask: float32(size, length),
  ...(signals.includes("teacherLogProbs") ? { teacherLogProbs: float32(size, length, vocabularySize) } : {}),
  ...(signals.includes("advantages") ? { advantages: float32(size) } : {}),
});

/**
 * Pads rows to the right into arrays of `batchSpecs`. Place t holds the sequence's token t and the target t + 1; the completion mask is 1 where that
 * target belongs to the completion, its end-of-sequence included, by position and never by id. `RangeError` when a row is too long, when there are
 * more or fewer rows than the batch has, or when a needed teacher score is missing or of the wrong size.
 */
export const collate = (rows: readonly Row[], shape: BatchShape, signals: readonly BatchSignal[], padId: number): Batch => {
  const { size, length, vocabularySize } = shape;
  if (rows.length !== size) throw new RangeError(`collate: expected ${size} sequences, got ${rows.length}`);
  const batch = {
    tokens: new Int32Array(size * length).fill(padId),
    positions: new Int32Array(size * length),
    mask: new Float32Array(size * length),
    targets: new Int32Array(size * length).fill(padId),
    completionMask: new Float32Array(size * length),
  };
  const teacherLogProbs = new Float32Array(signals.includes("teacherLogProbs") ? size * length * vocabularySize : 0);
  for (const [index, { rollout, teacherLogProbs: scores }] of rows.entries()) {
    const { promptTokens, tokens } = rollout;
    const count = promptTokens.length + tokens.length - 1;
    if (count > length) throw new RangeError(`collate: expected at most ${length + 1} tokens of prompt and completion, got ${count + 1}`);
    const sequence = Int32Array.of(...promptTokens, ...tokens);
    const start = index * length;
    batch.tokens.set(sequence.subarray(0, count), start);
    batch.targets.set(sequence.subarray(1), start);
    for (let t = 0; t < count; t += 1) batch.positions[start + t] = t;
    batch.mask.fill(1, start, start + count);
    batch.completionMask.fill(1, start + promptTokens.length - 1, start + count);
    if (teacherLogProbs.length === 0) continue;
    if (scores?.length !== tokens.length * vocabularySize) {
      throw new RangeError(`collate: expected ${tokens.length} x ${vocabularySize} teacher log-probs, got ${scores?.length ?? "none"}`);
    }
    teacherLogProbs.set(scores, (start + promptTokens.length - 1) * vocabularySize);
  }
  return {
    ...batch,
    ...(signals.includes("teacherLogProbs") ? { teacherLogProbs } : {}),
    ...(signals.includes("advantages") ? { advantages: Float32Array.from(rows, ({ advantage }) => advantage) } : {}),
  };
};
