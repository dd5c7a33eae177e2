/** Collating: rollouts of unequal length become one padded batch. The only shift-by-one of the project is here. */
import { float32, int32, type TensorSpec, type TypedArray } from "../../engine/program.ts";
import type { Signal } from "../../objectives/objective.ts";
import type { Rollout } from "../../rollouts/batches/rollout.ts";
import type { Row } from "./row.ts";

/** Sizes of a batch. */
export interface BatchShape {
  /** B. */
  readonly size: number;
  /** P: most tokens of a prompt. */
  readonly prompt: number;
  /** C: most tokens of a completion. */
  readonly completion: number;
  /** Whether the last token is read too, although nothing follows it: where whole sequences are scored. */
  readonly whole?: boolean;
  /** V. */
  readonly vocabularySize: number;
  /** K of the teacher's top-k scores. */
  readonly topK?: number;
  /** W, of a teacher with another vocabulary. */
  readonly foreignVocabularySize?: number;
}

/** T: tokens that are read of a row, P + C - 1, or one more where rows are whole. */
export const lengthOf = ({ prompt, completion, whole = false }: BatchShape): number =>
  prompt + completion - (whole ? 0 : 1);

/** What the objective reads besides tokens and is not computed from the student's own hidden states. */
export type BatchSignal = Exclude<Signal, "values">;

/** Numbers of the whole step that objectives may read. */
export interface StepSignals {
  readonly progress: number;
  readonly controlled: number;
}

/** Inputs of the update program that change with every batch, by name. */
export type Batch = Readonly<Record<string, TypedArray>>;

const isBatchSignal = (signal: Signal): signal is BatchSignal => signal !== "values";

const widthOf = (name: string, width: number | undefined): number => {
  if (width === undefined) throw new RangeError(`collate: expected the batch's shape to say ${name}, got none`);
  return width;
};

const specs: Readonly<Record<BatchSignal, (shape: BatchShape) => TensorSpec>> = {
  teacherLogProbs: ({ size, completion, vocabularySize }) => float32(size, completion, vocabularySize),
  teacherTopKIds: ({ size, completion, topK }) => int32(size, completion, widthOf("topK", topK)),
  teacherTopKLogProbs: ({ size, completion, topK }) => float32(size, completion, widthOf("topK", topK)),
  foreignTeacherLogProbs: ({ size, completion, foreignVocabularySize }) =>
    float32(size, completion, widthOf("foreignVocabularySize", foreignVocabularySize)),
  foreignTeacherMask: ({ size, completion }) => float32(size, completion),
  referenceLogProbs: ({ size, completion }) => float32(size, completion),
  behaviorLogProbs: ({ size, completion }) => float32(size, completion),
  fromStudent: ({ size }) => float32(size),
  rewards: ({ size }) => float32(size),
  advantages: ({ size }) => float32(size),
  progress: () => float32(),
  controlled: () => float32(),
};

/** Shapes of a batch's arrays: [B, T] of what is read, [B, C] and [B, C, ...] of what is learned. */
export const batchSpecs = (shape: BatchShape, signals: readonly Signal[]): Record<string, TensorSpec> => ({
  tokens: int32(shape.size, lengthOf(shape)),
  positions: int32(shape.size, lengthOf(shape)),
  mask: float32(shape.size, lengthOf(shape)),
  prompt: float32(shape.size, lengthOf(shape)),
  targets: int32(shape.size, shape.completion),
  completionMask: float32(shape.size, shape.completion),
  ...Object.fromEntries(signals.filter(isBatchSignal).map((signal) => [signal, specs[signal](shape)])),
});

const checkSizes = ({ promptTokens, tokens }: Rollout, { prompt, completion }: BatchShape): void => {
  if (promptTokens.length === 0) throw new RangeError("collate: expected at least one token of the prompt, got none");
  if (promptTokens.length > prompt)
    throw new RangeError(`collate: expected at most ${prompt} tokens of a prompt, got ${promptTokens.length}`);
  if (tokens.length > completion)
    throw new RangeError(`collate: expected at most ${completion} tokens of a completion, got ${tokens.length}`);
};

const tokenArrays = (rows: readonly Row[], shape: BatchShape, padId: number): Batch => {
  const { size, prompt, completion, whole = false } = shape;
  const length = lengthOf(shape);
  const batch = {
    tokens: new Int32Array(size * length).fill(padId),
    positions: new Int32Array(size * length),
    mask: new Float32Array(size * length),
    prompt: new Float32Array(size * length),
    targets: new Int32Array(size * completion).fill(padId),
    completionMask: new Float32Array(size * completion),
  };
  for (const [index, { rollout }] of rows.entries()) {
    checkSizes(rollout, shape);
    const { promptTokens, tokens } = rollout;
    const read = Int32Array.of(...promptTokens, ...(whole ? tokens : tokens.subarray(0, -1)));
    const begin = index * length + prompt - promptTokens.length;
    batch.tokens.set(read, begin);
    for (let t = 0; t < read.length; t += 1) batch.positions[begin + t] = t;
    batch.mask.fill(1, begin, begin + read.length);
    batch.prompt.fill(1, begin, begin + promptTokens.length);
    batch.targets.set(tokens, index * completion);
    batch.completionMask.fill(1, index * completion, index * completion + tokens.length);
  }
  return batch;
};

/**
 * Sets every row's numbers [L, width] where its completion's tokens are; `of` may have none for a row, which is then
 * left at zero.
 */
const fillRows = <A extends TypedArray>(
  array: A,
  what: string,
  rows: readonly Row[],
  { completion }: BatchShape,
  of: (row: Row) => A | undefined,
): A => {
  const width = array.length / (rows.length * completion);
  for (const [index, row] of rows.entries()) {
    const data = of(row);
    if (data === undefined) continue;
    const { tokens } = row.rollout;
    if (data.length !== tokens.length * width) {
      throw new RangeError(`collate: expected ${tokens.length} x ${width} ${what}, got ${data.length}`);
    }
    array.set(data, index * completion * width);
  }
  return array;
};

const needed = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new RangeError(`collate: expected ${what}, got none`);
  return value;
};

const ofStudent = ({ rollout }: Row): boolean => rollout.source === "student";

const makers: Readonly<
  Record<BatchSignal, (rows: readonly Row[], shape: BatchShape, step: StepSignals, array: TypedArray) => TypedArray>
> = {
  teacherLogProbs: (rows, shape, _, array) =>
    fillRows(
      array,
      "teacher log-probs",
      rows,
      shape,
      ({ answers }) => needed(answers.teacher, "teacher log-probs").logProbs,
    ),
  teacherTopKIds: (rows, shape, _, array) =>
    fillRows(array, "teacher token ids", rows, shape, ({ answers }) =>
      needed(answers.teacher?.ids, "the teacher's top-k ids"),
    ),
  teacherTopKLogProbs: (rows, shape, _, array) =>
    fillRows(
      array,
      "teacher log-probs",
      rows,
      shape,
      ({ answers }) => needed(answers.teacher, "teacher log-probs").logProbs,
    ),
  foreignTeacherLogProbs: (rows, shape, _, array) =>
    fillRows(
      array,
      "teacher log-probs",
      rows,
      shape,
      ({ answers }) => needed(answers.teacher, "teacher log-probs").logProbs,
    ),
  foreignTeacherMask: (rows, shape, _, array) =>
    fillRows(array, "aligned positions", rows, shape, ({ answers }) =>
      needed(answers.teacher?.aligned, "the teacher's aligned positions"),
    ),
  referenceLogProbs: (rows, shape, _, array) =>
    fillRows(array, "reference log-probs", rows, shape, (row) =>
      ofStudent(row) ? needed(row.answers.reference, "reference log-probs").logProbs : undefined,
    ),
  behaviorLogProbs: (rows, shape, _, array) =>
    fillRows(array, "behaviour log-probs", rows, shape, ({ rollout }) => rollout.behaviorLogProbs),
  fromStudent: (rows) => Float32Array.from(rows, (row) => (ofStudent(row) ? 1 : 0)),
  rewards: (rows) => Float32Array.from(rows, ({ reward }) => reward),
  advantages: (rows) => Float32Array.from(rows, ({ advantage }) => advantage),
  progress: (_, __, { progress }) => Float32Array.of(progress),
  controlled: (_, __, { controlled }) => Float32Array.of(controlled),
};

/**
 * Pads rows into arrays of `batchSpecs`: prompts on the left and completions on the right, so that the last token of
 * every prompt is at position P - 1, and the C positions from there on are those before the completion's tokens 0 to
 * C - 1. Targets and signals are of these positions alone. The completion mask is 1 where there is such a token, its
 * end-of-sequence included, by position and never by id. A batch that is not full repeats its first row with the
 * completion mask 0, so that it counts for nothing. `RangeError` when a row has no prompt, or more of a prompt or a
 * completion than the batch has, when there are no rows or more than it has, or when a needed score is missing or of
 * the wrong size.
 */
export const collate = (
  given: readonly Row[],
  shape: BatchShape,
  signals: readonly Signal[],
  padId: number,
  step: StepSignals,
): Batch => {
  const [first] = given;
  if (first === undefined || given.length > shape.size)
    throw new RangeError(`collate: expected 1 to ${shape.size} sequences, got ${given.length}`);
  const rows = [...given, ...Array<Row>(shape.size - given.length).fill(first)];
  const empty = (signal: BatchSignal): TypedArray => {
    const { dtype, shape: sizes } = specs[signal](shape);
    const count = sizes.reduce((product, n) => product * n, 1);
    return dtype === "int32" ? new Int32Array(count) : new Float32Array(count);
  };
  const tokens = tokenArrays(rows, shape, padId);
  tokens["completionMask"]!.fill(0, given.length * shape.completion);
  return {
    ...tokens,
    ...Object.fromEntries(
      signals.filter(isBatchSignal).map((signal) => [signal, makers[signal](rows, shape, step, empty(signal))]),
    ),
  };
};
