/** Rollouts as the inputs of a program that reads whole sequences. */
import type { Buffer, Engine } from "../engine/engine.ts";
import { float32, int32, type TensorSpec } from "../engine/program.ts";
import type { SequenceTensors } from "../policies/policy.ts";
import { padPrompts } from "../rollouts/sampling/pad-prompts.ts";
import type { Rollout } from "../rollouts/batches/rollout.ts";

/** Sizes of such a program. */
export interface SequenceShape {
  /** B: rollouts of one pass. */
  readonly batch: number;
  /** T: most tokens of one sequence, its last not counted. */
  readonly length: number;
  /**
   * C: most tokens of a completion. With it, the C last positions are those before the tokens of completions, and only
   * they are query positions: prompts are padded on the left, completions on the right. Without it, sequences begin at
   * the first position, and all positions are query positions.
   */
  readonly completion?: number;
  readonly padId: number;
}

/** Its inputs, [B, T] each. */
export const sequenceSpecs = ({
  batch,
  length,
}: Pick<SequenceShape, "batch" | "length">): Record<keyof SequenceTensors, TensorSpec> => ({
  tokens: int32(batch, length),
  positions: int32(batch, length),
  mask: float32(batch, length),
  prompt: float32(batch, length),
});

/** The rollout's tokens without its last, which no position follows. */
export const sequenceOf = ({ promptTokens, tokens }: Rollout): Int32Array =>
  Int32Array.of(...promptTokens, ...tokens.subarray(0, -1));

/** How many query positions a row has. */
export const queryPositions = ({ length, completion = length }: Pick<SequenceShape, "length" | "completion">): number =>
  completion;

/**
 * Where a row begins, so that its completion does where it must. `RangeError` for a prompt or a completion that is
 * longer than the shape has it.
 */
const firstPosition = ({ promptTokens, tokens }: Rollout, { length, completion }: SequenceShape): number => {
  if (completion === undefined) return 0;
  const prompt = length - completion + 1;
  if (promptTokens.length > prompt || tokens.length > completion)
    throw new RangeError(
      `expected at most ${prompt} tokens of a prompt and ${completion} of a completion, got ` +
        `${promptTokens.length} and ${tokens.length}`,
    );
  return prompt - promptTokens.length;
};

/** [B, T] row by row: 1 for the tokens of the prompts, which begin at `starts`. */
const promptsOf = (rows: readonly Rollout[], starts: readonly number[], length: number): Float32Array => {
  const prompts = new Float32Array(rows.length * length);
  for (const [row, { promptTokens }] of rows.entries()) {
    const start = row * length + starts[row]!;
    prompts.fill(1, start, start + promptTokens.length);
  }
  return prompts;
};

/**
 * Uploads at least one and at most B rollouts; rows that are not there repeat the first. `RangeError` for a sequence
 * longer than T, and for parts longer than the shape has them.
 */
export const uploadSequences = (
  engine: Engine,
  rollouts: readonly Rollout[],
  shape: SequenceShape,
): Record<keyof SequenceTensors, Buffer> => {
  const { batch, length, padId } = shape;
  const rows = Array.from({ length: batch }, (_, row) => rollouts[row] ?? rollouts[0]!);
  const starts = rows.map((row) => firstPosition(row, shape));
  const padded = padPrompts(rows.map(sequenceOf), { length, padId, side: (row) => starts[row]! });
  const specs = sequenceSpecs(shape);
  return {
    tokens: engine.upload(padded.tokens, specs.tokens),
    positions: engine.upload(padded.positions, specs.positions),
    mask: engine.upload(padded.mask, specs.mask),
    prompt: engine.upload(promptsOf(rows, starts, length), specs.prompt),
  };
};

/**
 * Of the query positions of a row, those whose next token belongs to the completion: the first of them, and the one
 * after the last.
 */
export const completionPositions = (
  { promptTokens, tokens }: Rollout,
  { completion }: Pick<SequenceShape, "completion">,
): readonly [first: number, end: number] => {
  const first = completion === undefined ? promptTokens.length - 1 : 0;
  return [first, first + tokens.length];
};
