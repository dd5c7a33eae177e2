/** The pieces of work that the engines are compared by, on the project's own learner, sampler and teacher. */
import { eagerEngine } from "../src/engine/eager/engine.ts";
import type { Engine } from "../src/engine/engine.ts";
import { openEngine, type ConcreteEngineName } from "../src/engine/choose.ts";
import { initialWeights, parameterCount } from "../src/policies/initialize.ts";
import type { Rollout } from "../src/rollouts/batches/rollout.ts";
import { localTeacher } from "../src/teachers/local.ts";
import {
  numbers,
  openDraw,
  openUpdate,
  policyOf,
  sampling,
  training,
  type TrainingSizes,
  type Work,
} from "../src/training/speed/work.ts";

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

/** Parameters of both models, for the head of the report. */
export const parameters = {
  training: parameterCount(policyOf(training)),
  sampling: parameterCount(policyOf(sampling)),
} as const;

/** Scores a fixed batch of sequences whose prompts are one token; gives the mean of one log-prob of each. */
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
    // A sum over the vocabulary would take as long as a small teacher.
    return scores.reduce((sum, { logProbs }) => sum + logProbs[logProbs.length >> 1]!, 0) / batch;
  };
};

/** Opens the engine of a contestant and gives both works, compiled at their first run. */
export const openWorks = async ({
  engine: name,
  threads,
  shipped,
}: Contestant): Promise<Readonly<Record<WorkName, () => Promise<Work>>>> => {
  const engine = shipped ? await eagerEngine("wasm", { shippedWasm: true }) : await openEngine(name, { threads });
  return { training: () => openUpdate(engine, training), sampling: () => openDraw(engine, sampling) };
};
