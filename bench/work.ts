/** The pieces of work that the engines are compared by, on the project's own learner, sampler and teacher. */
import { eagerEngine } from "../src/engine/eager/engine.ts";
import type { Engine } from "../src/engine/engine.ts";
import { openEngine, type ConcreteEngineName } from "../src/engine/choose.ts";
import { distillation } from "../src/objectives/distillation.ts";
import { forwardKl } from "../src/objectives/divergences/forward-kl.ts";
import { llama } from "../src/policies/families/llama.ts";
import { initialWeights, parameterCount } from "../src/policies/initialize.ts";
import type { Policy } from "../src/policies/policy.ts";
import { normal, stream } from "../src/random/stream.ts";
import type { Rollout } from "../src/rollouts/batches/rollout.ts";
import { Sampler } from "../src/rollouts/sampling/sampler.ts";
import { localTeacher } from "../src/teachers/local.ts";
import type { Batch } from "../src/training/batch/collate.ts";
import { initialState, Learner } from "../src/training/learner/learner.ts";

/** One engine as it is measured. */
export interface Contestant {
  readonly label: string;
  readonly engine: ConcreteEngineName;
  readonly threads: number;
  /** TensorFlow.js's wasm backend with its own products. */
  readonly shipped: boolean;
}

/** What is measured: one training step, or one batch of completions. */
export type WorkName = "training" | "sampling";

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

const policyOf = ({
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

/** Parameters of both models, for the head of the report. */
export const parameters = {
  training: parameterCount(policyOf(training)),
  sampling: parameterCount(policyOf(sampling)),
} as const;

const numbers = (count: number, make: (next: () => number) => number, ...coordinates: number[]): number[] => {
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

const batchOf = ({ batch, length, vocabularySize = smallVocabulary }: TrainingSizes): Batch => {
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

const optimizer = {
  type: "adamw",
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  weightDecay: 0.01,
} as const;

/** Forward-KL distillation of a fixed batch, with AdamW; gives the loss of the first step. */
export const openTraining = async (engine: Engine, sizes: TrainingSizes): Promise<Work> => {
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
export const openSampling = async (engine: Engine, sizes: SamplingSizes): Promise<Work> => {
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

/** Scores a fixed batch of sequences whose prompts are one token; gives the mean log-prob of a token. */
export const openScoring = async (engine: Engine, sizes: TrainingSizes): Promise<Work> => {
  const policy = policyOf(sizes);
  const { batch, length } = sizes;
  const teacher = await localTeacher(engine, {
    policy,
    weights: initialWeights(policy, 3),
    temperature: 1,
    batch,
    length,
    completion: length,
    padId: 0,
  });
  const rollouts = Array.from({ length: batch }, (_, row): Rollout => {
    const tokens = Int32Array.from(numbers(length + 1, (next) => Math.floor(next() * policy.vocabularySize), 4, row));
    return {
      prompt: { index: row, text: "", reference: "" },
      order: { prompt: row, sample: 0 },
      promptTokens: tokens.subarray(0, 1),
      tokens: tokens.subarray(1),
      behaviorLogProbs: new Float32Array(length),
      finish: "length",
      text: "",
      version: 0,
      source: "data",
    };
  });
  const { signal } = new AbortController();
  return async () => {
    const scores = await teacher.score(rollouts, signal);
    const sums = scores.map(({ logProbs }) => logProbs.reduce((sum, value) => sum + value, 0) / logProbs.length);
    return sums.reduce((sum, value) => sum + value, 0) / batch;
  };
};

/** Opens the engine of a contestant and gives both works, compiled at their first run. */
export const openWorks = async ({
  engine: name,
  threads,
  shipped,
}: Contestant): Promise<Readonly<Record<WorkName, () => Promise<Work>>>> => {
  const engine = shipped ? await eagerEngine("wasm", { shippedWasm: true }) : await openEngine(name, { threads });
  return { training: () => openTraining(engine, training), sampling: () => openSampling(engine, sampling) };
};
