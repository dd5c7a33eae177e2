/** What the bench of divergences runs: JSD(0.5) of fixed distributions and its gradient, in several forms. */
import * as tf from "@tensorflow/tfjs";
import { eagerEngine } from "../src/engine/eager/engine.ts";
import type { Engine } from "../src/engine/engine.ts";
import { onnxEngine } from "../src/engine/onnx/engine.ts";
import { float32, type Program, type TypedArray } from "../src/engine/program.ts";
import { between } from "../src/objectives/divergences/between.ts";
import { jsd } from "../src/objectives/divergences/jsd.ts";

/** Who computes how. */
export interface DivergenceContestant {
  readonly label: string;
  readonly engine: "onnx" | "wasm";
  readonly threads: number;
  /**
   * `closed form`: this project's. `whole`: the same in one chunk. `dense`: the definition in TensorFlow.js,
   * differentiated by it.
   */
  readonly form: "closed form" | "whole" | "dense";
}

/** Tokens and vocabulary. */
export const size = { tokens: 512, vocabulary: 50_257 } as const;

/** An answer. */
export interface DivergenceRun {
  readonly milliseconds: number;
  /** Mebibytes by which the process has grown at its peak since the inputs were there. */
  readonly peak: number;
  /** The divergence, and the sum of the gradient's magnitudes when it was asked for. */
  readonly check: readonly number[];
}

const { tokens: N, vocabulary: V } = size;

const dense = (teacher: tf.Tensor, logits: tf.Tensor): tf.Tensor => {
  const student = tf.logSoftmax(logits);
  const [p, q] = [tf.exp(teacher), tf.exp(student)];
  const mixture = tf.log(tf.mul(tf.add(p, q), 0.5));
  const [left, right] = [
    tf.sum(tf.mul(p, tf.sub(teacher, mixture)), -1),
    tf.sum(tf.mul(q, tf.sub(student, mixture)), -1),
  ];
  return tf.mul(tf.add(left, right), 0.5);
};

const forms: Readonly<Record<DivergenceContestant["form"], (teacher: tf.Tensor, logits: tf.Tensor) => tf.Tensor>> = {
  "closed form": (teacher, logits) => between(jsd(0.5), teacher, logits),
  whole: (teacher, logits) => between(jsd(0.5), teacher, logits, { chunk: N }),
  dense,
};

const programOf = (form: DivergenceContestant["form"]): Program<"teacher" | "logits", "value" | "gradient"> => ({
  name: form,
  inputs: { teacher: float32(N, V), logits: float32(N, V) },
  build({ teacher, logits }) {
    const { value, grad } = tf.valueAndGrad((z: tf.Tensor) => tf.mean(forms[form](teacher, z)))(logits);
    return { value, gradient: grad };
  },
});

const golden = 0.618_033_988_749_894_9;

/** Numbers from -4 to 4 that do not repeat. */
const spread = (seed: number): Float32Array => {
  const values = new Float32Array(N * V);
  for (let i = 0; i < values.length; i += 1) values[i] = 8 * (((i + 1 + seed) * golden * (1 + seed)) % 1) - 4;
  return values;
};

const normalized = (logits: Float32Array): Float32Array => {
  for (let position = 0; position < N; position += 1) {
    const row = logits.subarray(position * V, (position + 1) * V);
    let total = 0;
    for (const z of row) total += Math.exp(z);
    const normalizer = Math.log(total);
    for (let i = 0; i < V; i += 1) row[i]! -= normalizer;
  }
  return logits;
};

const sumOfMagnitudes = (values: TypedArray): number => {
  let sum = 0;
  for (const value of values) sum += Math.abs(value);
  return sum;
};

const open = ({ engine, threads }: DivergenceContestant): Promise<Engine> =>
  engine === "onnx" ? Promise.resolve(onnxEngine({ threads })) : eagerEngine("wasm", { shippedWasm: true });

/** Opens a contestant; `run` computes once, and sums up the gradient when asked to `check` it. */
export const openDivergence = async (
  contestant: DivergenceContestant,
): Promise<(check: boolean) => Promise<DivergenceRun>> => {
  const program = programOf(contestant.form);
  const engine = await open(contestant);
  const executable = await engine.compile(program);
  const teacher = engine.upload(normalized(spread(1)), program.inputs.teacher);
  const logits = engine.upload(spread(2), program.inputs.logits);
  const resident = process.memoryUsage.rss();
  return async (check) => {
    const began = performance.now();
    const { value, gradient } = await executable.run({ teacher, logits });
    const numbers = Array.from(await engine.download(value));
    const milliseconds = performance.now() - began;
    const peak = (1024 * process.resourceUsage().maxRSS - resident) / 2 ** 20;
    if (check) numbers.push(sumOfMagnitudes(await engine.download(gradient)));
    value.dispose();
    gradient.dispose();
    return { milliseconds, peak, check: numbers };
  };
};
