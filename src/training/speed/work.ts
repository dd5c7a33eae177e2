/** Two pieces of work that engines are compared by, on the learner and the sampler. */
import type { Engine } from "../../engine/engine.ts";
import { distillation } from "../../objectives/distillation.ts";
import { forwardKl } from "../../objectives/divergences/forward-kl.ts";
import { llama } from "../../policies/families/llama.ts";
import { initialWeights } from "../../policies/initialize.ts";
import type { Policy } from "../../policies/policy.ts";
import { normal, stream } from "../../random/stream.ts";
import { Sampler } from "../../rollouts/sampling/sampler.ts";
import type { Batch } from "../batch/collate.ts";
import { Learner } from "../learner/learner.ts";
import { initialState } from "../learner/learner-state.ts";

/** Runs one piece of work once and gives a number that must not depend on the engine. */
export type Work = () => Promise<number>;

const smallVocabulary = 512;

interface DecoderSizes {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  /** Default: as many as heads. */
  readonly keyValueHeads?: number;
  /** Default 512. */
  readonly vocabularySize?: number;
}

/** Sizes of a training step. */
export interface TrainingSizes extends DecoderSizes {
  readonly batch: number;
  readonly length: number;
}

/** Sizes of a batch of completions. */
export interface SamplingSizes extends DecoderSizes {
  readonly batch: number;
  readonly promptLength: number;
  readonly newTokens: number;
}

/** Decoder 4 x 256, batch 16 x 64. */
export const training: TrainingSizes = { batch: 16, length: 64, layers: 4, width: 256, heads: 4 };

/** Decoder 4 x 128, batch 32, 64 new tokens. */
export const sampling: SamplingSizes = { batch: 32, promptLength: 8, newTokens: 64, layers: 4, width: 128, heads: 4 };

/** The decoder of these sizes. */
export const policyOf = ({
  layers,
  width,
  heads,
  keyValueHeads = heads,
  vocabularySize = smallVocabulary,
}: DecoderSizes): Policy =>
  llama.create(
    { layers, width, heads, keyValueHeads, tied: true, ropeTheta: 10_000, normEpsilon: 1e-5 },
    { vocabularySize, contextLength: 128 },
  );

/** Pseudorandom numbers, the same ones for the same coordinates. */
export const numbers = (count: number, make: (next: () => number) => number, ...coordinates: number[]): number[] => {
  const next = stream(1, "test", ...coordinates);
  return Array.from({ length: count }, () => make(next));
};

/** Rows of log-probs from standard normal logits. */
const teacher = (rows: number, vocabularySize: number): Float32Array => {
  const logits = Float32Array.from(numbers(rows * vocabularySize, normal, 2));
  for (let row = 0; row < rows; row += 1) {
    const line = logits.subarray(row * vocabularySize, (row + 1) * vocabularySize);
    const normalizer = Math.log(line.reduce((sum, value) => sum + Math.exp(value), 0));
    for (const [i, value] of line.entries()) line[i] = value - normalizer;
  }
  return logits;
};

/** Random tokens, the same each time, and a teacher's log-probs over the whole vocabulary. */
export const batchOf = ({ batch, length, vocabularySize = smallVocabulary }: TrainingSizes): Batch => {
  const positions = batch * length;
  const token = (next: () => number): number => Math.floor(next() * vocabularySize);
  return {
    tokens: Int32Array.from(numbers(positions, token, 0)),
    targets: Int32Array.from(numbers(positions, token, 1)),
    positions: Int32Array.from({ length: positions }, (_, i) => i % length),
    mask: new Float32Array(positions).fill(1),
    prompt: Float32Array.from({ length: positions }, (_, i) => (i % length === 0 ? 1 : 0)),
    completionMask: new Float32Array(positions).fill(1),
    teacherLogProbs: teacher(positions, vocabularySize),
  };
};

/** AdamW, as the works update with it. */
export const optimizer = {
  type: "adamw",
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  weightDecay: 0.01,
} as const;

/** Forward-KL distillation of a fixed batch, with AdamW; gives the loss of the first step. */
export const openUpdate = async (engine: Engine, sizes: TrainingSizes): Promise<Work> => {
  const policy = policyOf(sizes);
  const batch = batchOf(sizes);
  const shape = { size: sizes.batch, prompt: 1, completion: sizes.length, vocabularySize: policy.vocabularySize };
  const objective = distillation({ divergence: forwardKl });
  const learner = await Learner.open(
    engine,
    { policy, objective, batch: shape, optimizer, clipNorm: 1 },
    initialState(initialWeights(policy, 1)),
  );
  let step = 0;
  let first: number | undefined;
  return async () => {
    step += 1;
    const { metrics } = await learner.update(batch, step, 1);
    first ??= metrics["loss"]!;
    return first;
  };
};

/** Completes a fixed batch of prompts at temperature 1; gives the mean log-prob of a completion. */
export const openDraw = async (engine: Engine, sizes: SamplingSizes): Promise<Work> => {
  const policy = policyOf(sizes);
  const { batch, promptLength, newTokens } = sizes;
  const sampler = new Sampler(engine, { policy, batch, promptLength, maxNewTokens: newTokens, endId: 0, padId: 0 });
  sampler.load(initialWeights(policy, 2));
  const prompts = Array.from({ length: batch }, (_, row) =>
    Int32Array.from(numbers(promptLength, (next) => 1 + Math.floor(next() * (policy.vocabularySize - 1)), 3, row)),
  );
  const coordinates = prompts.map((_, row) => [1, 1, row, 0] as const);
  return async () => {
    const completions = await sampler.draw({ prompts, coordinates, writer: { by: "student", temperature: 1 } });
    return (
      completions.reduce((sum, { behaviorLogProbs: logProbs }) => sum + logProbs.reduce((a, b) => a + b, 0), 0) / batch
    );
  };
};
