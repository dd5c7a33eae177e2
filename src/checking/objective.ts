/** The laws of an objective of the user's. */
import * as tf from "@tensorflow/tfjs";
import { float32, int32, type NamedTensors, type TensorSpec, type TypedArray } from "../engine/program.ts";
import type { Objective, Signal, Signals, TokenBatch } from "../objectives/objective.ts";
import { demandGradient, noise, type Evaluate, type HostInputs } from "./evaluate.ts";
import { demand, demandClose, demandFinite, tryLaw, type LawResult } from "./law.ts";

const [B, T, V] = [4, 5, 6] as const;

/** Rows of 3, 1, 2 and 4 tokens of completions, behind prompts or before padding. */
const mask = Float32Array.of(0, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 1, 1, 1);

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
  foreignTeacherMask: [float32(B, T), mask],
  referenceLogProbs: [float32(B, T), negative("reference")],
  behaviorLogProbs: [float32(B, T), negative("behavior")],
  fromStudent: [float32(B), Float32Array.of(1, 0, 1, 1)],
  rewards: [float32(B), Float32Array.of(1, 0, 2, 0.5)],
  advantages: [float32(B), Float32Array.of(1, 0, -2, 0.25)],
  values: [float32(B, T), negative("values")],
  progress: [float32(), Float32Array.of(0.25)],
  controlled: [float32(), Float32Array.of(0.5)],
});

/** The laws of every objective. */
export const checkObjective = (objective: Objective<Signal>, evaluate: Evaluate): Promise<readonly LawResult[]> => {
  const known = signals(objective.topK ?? 1);
  const needed = objective.needs.map((need) => [need, known[need]] as const);
  const specs: Record<string, TensorSpec> = {
    studentLogits: float32(B, T, V),
    targets: int32(B, T),
    completionMask: float32(B, T),
    ...Object.fromEntries(needed.map(([name, [spec]]) => [name, spec])),
  };
  const inputs: HostInputs = {
    studentLogits: noise("student", B * T * V),
    targets: Int32Array.from({ length: B * T }, (_, i) => (i * 5) % V),
    completionMask: mask,
    ...Object.fromEntries(needed.map(([name, [, data]]) => [name, data])),
  };
  const lossOf = ({ studentLogits, ...batch }: NamedTensors) =>
    objective.loss(studentLogits as tf.Tensor3D, batch as unknown as TokenBatch & Signals);
  const outputs = async (given = inputs): Promise<{ all: Record<string, TypedArray>; gradient: TypedArray }> => {
    const program = {
      name: objective.name,
      inputs: specs,
      build: (tensors: NamedTensors) => {
        const { loss, metrics } = lossOf(tensors);
        const gradient = tf.grad((studentLogits) => lossOf({ ...tensors, studentLogits }).loss)(
          tensors["studentLogits"]!,
        );
        return { ...metrics, loss, gradient };
      },
    };
    const { gradient, ...all } = await evaluate(program, given);
    return { all, gradient: gradient };
  };
  return Promise.all([
    tryLaw("the loss is one finite number, and so is each metric", async () => {
      const { all } = await outputs();
      for (const [name, values] of Object.entries(all)) {
        demand(values.length === 1, () => `expected one number for ${name}, got ${values.length}`);
        demandFinite(name, values);
      }
    }),
    tryLaw("the gradient is that of the loss, by finite differences", () =>
      demandGradient({ evaluate, specs, inputs, of: "studentLogits", build: (tensors) => lossOf(tensors).loss }),
    ),
    tryLaw("positions outside of the completions count for nothing", async () => {
      const { all, gradient } = await outputs();
      const outside = Array.from(gradient).filter((_, i) => mask[Math.floor(i / V)] === 0);
      demandClose(outside, new Float32Array(outside.length), 1e-7);
      const studentLogits = Float32Array.from(
        inputs["studentLogits"]!,
        (z, i) => z + (mask[Math.floor(i / V)] === 0 ? 3 : 0),
      );
      return demandClose((await outputs({ ...inputs, studentLogits })).all["loss"]!, all["loss"]!, 1e-6);
    }),
    tryLaw("it says what it reads: `advantages` is there exactly when rewards or advantages are needed", () => {
      const reads = objective.needs.some((need) => need === "rewards" || need === "advantages");
      demand(reads === (objective.advantages !== undefined), () => `expected ${reads ? "one" : "none"}, got the other`);
    }),
  ]);
};
