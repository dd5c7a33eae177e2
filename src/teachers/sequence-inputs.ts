/** Rollouts as the inputs of a program that reads whole sequences. */
import type { Buffer, Engine } from "../engine/engine.ts";
import { float32, int32, type TensorSpec } from "../engine/program.ts";
import type { Sequences } from "../policies/policy.ts";
import { padPrompts } from "../rollouts/prompts.ts";
import type { Rollout } from "../rollouts/rollout.ts";

/** Sizes of such a program. */
export interface SequenceShape {
  /** B: rollouts of one pass. */
  readonly batch: number;
  /** T: most tokens of one sequence, its last not counted. */
  readonly length: number;
  readonly padId: number;
}

/** Its inputs, [B, T] each. */
export const sequenceSpecs = ({ batch, length }: Omit<SequenceShape, "padId">): Record<keyof Sequences, TensorSpec> => ({
  tokens: int32(batch, length),
  positions: int32(batch, length),
  mask: float32(batch, length),
  prompt: float32(batch, length),
});

/** The rollout's tokens without its last, which no place follows. */
export const sequenceOf = ({ promptTokens, tokens }: Rollout): Int32Array => Int32Array.of(...promptTokens, ...tokens.subarray(0, -1));

/** [B, T] row by row: 1 for the tokens of the prompts; rows that are not there repeat the first. */
const promptsOf = (rollouts: readonly Rollout[], { batch, length }: SequenceShape): Float32Array => {
  const prompts = new Float32Array(batch * length);
  for (let row = 0; row < batch; row += 1) {
    prompts.fill(1, row * length, row * length + (rollouts[row] ?? rollouts[0]!).promptTokens.length);
  }
  return prompts;
};

/** Uploads at least one and at most B rollouts, padded on the right; rows that are not there repeat the first. `RangeError` for a sequence longer than T. */
export const uploadSequences = (engine: Engine, rollouts: readonly Rollout[], shape: SequenceShape): Record<keyof Sequences, Buffer> => {
  const { batch, length, padId } = shape;
  const sequences = rollouts.map(sequenceOf);
  const rows = Array.from({ length: batch }, (_, row) => sequences[row] ?? sequences[0]!);
  const padded = padPrompts(rows, { length, padId, side: "right" });
  const specs = sequenceSpecs(shape);
  return {
    tokens: engine.upload(padded.tokens, specs.tokens),
    positions: engine.upload(padded.positions, specs.positions),
    mask: engine.upload(padded.mask, specs.mask),
    prompt: engine.upload(promptsOf(rollouts, shape), specs.prompt),
  };
};

/** Of a sequence's places, those whose next token belongs to the completion: the first of them, and the one after the last. */
export const completionPlaces = ({ promptTokens, tokens }: Rollout): readonly [first: number, end: number] => [
  promptTokens.length - 1,
  promptTokens.length - 1 + tokens.length,
];
