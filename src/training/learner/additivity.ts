/**
 * Before the first step of a training in micro-batches: the parts of a batch add up to the batch, for the objective
 * as it
 * is.
 */
import * as tf from "@tensorflow/tfjs";
import type { Evaluate } from "../../engine/evaluate.ts";
import { float32, sizeOf, type NamedTensors, type Program, type TypedArray } from "../../engine/program.ts";
import { partOfBatch } from "../../objectives/arithmetic/over-batch.ts";
import type { Objective, Signal, Signals, TokenBatch } from "../../objectives/objective.ts";
import { batchSums, metricsOfBatch } from "./batch-sums.ts";
import { exampleBatch, exampleRows, type ExampleBatch } from "../checks/example-batch.ts";

/** Rows of a part: a pair, where rows are pairs. */
const rowsOfPart = 2;

/** What a loss gives: its gradient by the logits, and its metrics with the loss itself as `loss`. */
interface Result {
  readonly gradient: readonly number[];
  readonly metrics: Readonly<Record<string, number>>;
}

/** Of the rows from `begin` to `end`; what belongs to no row stays as it is. */
const rowsFrom = ({ specs, inputs }: ExampleBatch, begin: number, end: number): ExampleBatch => {
  const kept = Object.entries(specs).map(([name, spec]) => {
    const [first, ...rest] = spec.shape;
    const data = inputs[name]!;
    if (first !== exampleRows) return [name, spec, data] as const;
    const width = sizeOf(rest);
    return [name, { ...spec, shape: [end - begin, ...rest] }, data.slice(begin * width, end * width)] as const;
  });
  return {
    specs: Object.fromEntries(kept.map(([name, spec]) => [name, spec])),
    inputs: Object.fromEntries(kept.map(([name, , data]) => [name, data])),
  };
};

/** Loss, metrics and the gradient by the student's logits. */
const build = (objective: Objective<Signal>, { studentLogits, ...batch }: NamedTensors): NamedTensors => {
  const lossOf = (logits: tf.Tensor): ReturnType<typeof objective.loss> =>
    objective.loss(logits as tf.Tensor3D, batch as unknown as TokenBatch & Signals);
  const { loss, metrics } = lossOf(studentLogits!);
  const gradient = tf.grad((logits) => lossOf(logits).loss)(studentLogits!);
  return { ...metrics, loss, gradient };
};

const resultOf = ({ gradient, ...metrics }: Readonly<Record<string, TypedArray>>): Result => ({
  gradient: [...gradient!],
  metrics: Object.fromEntries(Object.entries(metrics).map(([name, [value]]) => [name, value!])),
});

const wholeOf = async (objective: Objective<Signal>, batch: ExampleBatch, evaluate: Evaluate): Promise<Result> =>
  resultOf(
    await evaluate({ name: "batch", inputs: batch.specs, build: (given) => build(objective, given) }, batch.inputs),
  );

const addedUp = async (objective: Objective<Signal>, batch: ExampleBatch, evaluate: Evaluate): Promise<Result> => {
  const parts = Array.from({ length: exampleRows / rowsOfPart }, (_, i) =>
    rowsFrom(batch, i * rowsOfPart, (i + 1) * rowsOfPart),
  );
  const { specs } = parts[0]!;
  const asked = batchSums(specs, (given) => build(objective, given));
  const sums = new Float32Array(asked?.count ?? 1);
  for (const { inputs } of asked === undefined ? [] : parts) {
    const part = await evaluate(asked!.program, inputs);
    part.sums.forEach((sum, i) => (sums[i]! += sum));
  }
  const program: Program<string, string> = {
    name: "part of a batch",
    inputs: { ...specs, sums: float32(sums.length) },
    build: ({ sums: all, ...given }) =>
      partOfBatch(asked === undefined ? [] : tf.unstack(all!), () => build(objective, given)),
  };
  const results: Result[] = [];
  for (const { inputs } of parts) results.push(resultOf(await evaluate(program, { ...inputs, sums })));
  return {
    gradient: results.flatMap(({ gradient }) => gradient),
    metrics: metricsOfBatch(results.map(({ metrics }) => metrics)),
  };
};

const farthest = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);

/**
 * Tries the objective on a small made-up batch, whole and in two parts. `RangeError` that names what does not add up,
 * loss, gradient or a metric, to 1e-5.
 */
export const checkAddsUp = async (objective: Objective<Signal>, evaluate: Evaluate): Promise<void> => {
  const batch = exampleBatch(objective);
  const [whole, parts] = [await wholeOf(objective, batch, evaluate), await addedUp(objective, batch, evaluate)];
  const differences: [string, number][] = [
    ["its gradient", farthest(whole.gradient, parts.gradient)],
    ...Object.entries(whole.metrics).map(([name, value]): [string, number] => [
      name === "loss" ? "its loss" : `its metric ${name}`,
      Math.abs(value - (parts.metrics[name] ?? Number.NaN)) / Math.max(1, Math.abs(value)),
    ]),
  ];
  const wrong = differences.find(([, difference]) => !(difference <= 1e-5));
  if (wrong === undefined) return;
  throw new RangeError(
    `objective ${objective.name}: expected that the parts of a batch add up to it, got ${wrong[0]} off by ` +
      `${wrong[1].toPrecision(2)}; take what is divided by sums over rows with averages or overBatch, or leave ` +
      "training.microBatch out",
  );
};
