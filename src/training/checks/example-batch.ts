/** A small batch of made-up numbers with every signal, for trying an objective before it trains. */
import { float32, int32, type TensorSpec, type TypedArray } from "../../engine/program.ts";
import type { Objective, Signal } from "../../objectives/objective.ts";
import { normal, stream } from "../../random/stream.ts";

const [B, T, V] = [4, 5, 6] as const;

/** Its rows, and the tokens of its vocabulary. */
export const [exampleRows, exampleVocabulary] = [B, V] as const;

/** Rows of 3, 1, 2 and 4 tokens of completions, behind prompts or before padding. */
export const exampleMask = Float32Array.of(0, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 1, 1, 1);

const noise = (name: string, length: number): Float32Array => {
  const uniforms = stream(1, "check", name);
  return Float32Array.from({ length }, () => normal(uniforms));
};

const logProbs = (name: string, count: number, width: number): Float32Array => {
  const logits = noise(name, count * width);
  return logits.map((z, i) => {
    const row = logits.subarray(i - (i % width), i - (i % width) + width);
    return z - Math.log(row.reduce((sum, other) => sum + Math.exp(other), 0));
  });
};

const negative = (name: string): Float32Array => noise(name, B * T).map((x) => -0.2 - Math.abs(x));

/** A signal's shape, and values that it may have. */
const signals = (topK: number): Readonly<Record<Signal, readonly [TensorSpec, TypedArray]>> => ({
  teacherLogProbs: [float32(B, T, V), logProbs("teacher", B * T, V)],
  teacherTopKIds: [int32(B, T, topK), Int32Array.from({ length: B * T * topK }, (_, i) => i % topK)],
  teacherTopKLogProbs: [float32(B, T, topK), logProbs("teacher", B * T, V).filter((_, i) => i % V < topK)],
  foreignTeacherLogProbs: [float32(B, T, V + 2), logProbs("foreign", B * T, V + 2)],
  foreignTeacherMask: [float32(B, T), exampleMask],
  referenceLogProbs: [float32(B, T), negative("reference")],
  behaviorLogProbs: [float32(B, T), negative("behavior")],
  fromStudent: [float32(B), Float32Array.of(1, 0, 1, 1)],
  rewards: [float32(B), Float32Array.of(1, 0, 2, 0.5)],
  advantages: [float32(B), Float32Array.of(1, 0, -2, 0.25)],
  values: [float32(B, T), negative("values")],
  progress: [float32(), Float32Array.of(0.25)],
  controlled: [float32(), Float32Array.of(0.5)],
});

/** What an objective reads of the batch: shapes and values by name, `studentLogits` [4, 5, 6] among them. */
export interface ExampleBatch {
  readonly specs: Readonly<Record<string, TensorSpec>>;
  readonly inputs: Readonly<Record<string, TypedArray>>;
}

/** The batch of an objective; the student of one that learns from pairs scores sequences, `studentLogits` [4, 1, 1]. */
export const exampleBatch = ({ needs, topK = 1, pairs }: Objective<Signal>): ExampleBatch => {
  const known = signals(topK);
  const needed = needs.map((need) => [need, known[need]] as const);
  const logits = pairs === true ? [B, 1, 1] : [B, T, V];
  return {
    specs: {
      studentLogits: float32(...logits),
      targets: int32(B, T),
      completionMask: float32(B, T),
      ...Object.fromEntries(needed.map(([name, [spec]]) => [name, spec])),
    },
    inputs: {
      studentLogits: noise("student", pairs === true ? B : B * T * V),
      targets: Int32Array.from({ length: B * T }, (_, i) => (i * 5) % V),
      completionMask: exampleMask,
      ...Object.fromEntries(needed.map(([name, [, data]]) => [name, data])),
    },
  };
};
