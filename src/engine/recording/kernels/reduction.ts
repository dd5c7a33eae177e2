/** Kernels that reduce, scan or sort along axes: sums, extremes, softmax, cumulative sums, top-k. */
import * as tf from "@tensorflow/tfjs";
import { elementTypes } from "../graph.ts";
import type { Recorder } from "../recorder.ts";
import { kernel, operand, positiveAxis } from "./kernel.ts";

interface ReductionAttributes {
  readonly axis?: number | number[];
  /** What Max calls its axes. */
  readonly reductionIndices?: number | number[];
  readonly keepDims: boolean;
}

/** The axes that are reduced, and the shape that is left. */
const reduced = (
  x: tf.TensorInfo,
  { axis, reductionIndices, keepDims }: ReductionAttributes,
): { axes: number[]; shape: number[] } => {
  const given = axis ?? reductionIndices;
  const axes = given === undefined ? x.shape.map((_, i) => i) : tf.util.parseAxisParam(given, x.shape);
  const shape = keepDims
    ? x.shape.map((n, i) => (axes.includes(i) ? 1 : n))
    : x.shape.filter((_, i) => !axes.includes(i));
  return { axes, shape };
};

/** A mean of whole numbers is a real number. */
const real = (recorder: Recorder, x: tf.TensorInfo): tf.TensorInfo =>
  x.dtype === "float32"
    ? x
    : recorder.node("Cast", [recorder.name(x)], x.shape, "float32", { to: elementTypes.float32 });

const reduction = (name: string, operator: string): void => {
  kernel<ReductionAttributes>(name, (inputs, attributes, recorder) => {
    const given = operand(inputs, "x");
    const x = name === "Mean" ? real(recorder, given) : given;
    const { axes, shape } = reduced(x, attributes);
    const { keepDims } = attributes;
    if (axes.length === 0) return recorder.tensor(recorder.name(x), x.shape, x.dtype);
    return recorder.node(operator, [recorder.name(x), recorder.graph.indices(axes)], shape, x.dtype, {
      keepdims: keepDims ? 1 : 0,
    });
  });
};

const logical = (name: string, operator: string): void => {
  kernel<ReductionAttributes>(name, (inputs, attributes, recorder) => {
    const x = operand(inputs, "x");
    const { axes, shape } = reduced(x, attributes);
    const { keepDims } = attributes;
    const [number] = recorder.graph.node("Cast", [recorder.name(x)], { to: elementTypes.int32 });
    const extreme = recorder.node(operator, [number!, recorder.graph.indices(axes)], shape, "int32", {
      keepdims: keepDims ? 1 : 0,
    });
    return recorder.node("Cast", [recorder.name(extreme)], shape, "bool", { to: elementTypes.bool });
  });
};

const extremeIndex = (name: string): void => {
  kernel<{ axis: number }>(name, (inputs, { axis }, recorder) => {
    const x = operand(inputs, "x");
    const along = positiveAxis(axis, x.shape.length);
    const [index] = recorder.graph.node(name, [recorder.name(x)], { axis: along, keepdims: 0 });
    const shape = x.shape.filter((_, i) => i !== along);
    return recorder.node("Cast", [index!], shape, "int32", { to: elementTypes.int32 });
  });
};

const normalized = (name: string, input: string, axisAttribute: "dim" | "axis"): void => {
  kernel<Record<"dim" | "axis", number>>(name, (inputs, attributes, recorder) => {
    const x = operand(inputs, input);
    const axis = positiveAxis(attributes[axisAttribute], x.shape.length);
    return recorder.node(name, [recorder.name(x)], x.shape, "float32", { axis });
  });
};

/** Along the last axis, in falling order; of equal values the one of lower index comes first. */
const registerTopK = (): void => {
  kernel<{ k: number }>("TopK", (inputs, { k }, recorder) => {
    const x = operand(inputs, "x");
    const shape = [...x.shape.slice(0, -1), k];
    const [values, indices] = recorder.graph.node(
      "TopK",
      [recorder.name(x), recorder.graph.indices([k])],
      { axis: -1 },
      2,
    );
    return [
      recorder.tensor(values!, shape, x.dtype),
      recorder.node("Cast", [indices!], shape, "int32", { to: elementTypes.int32 }),
    ];
  });
};

/** Registers all of them. */
export const registerReductions = (): void => {
  registerTopK();
  reduction("Sum", "ReduceSum");
  reduction("Mean", "ReduceMean");
  reduction("Max", "ReduceMax");
  reduction("Min", "ReduceMin");
  logical("All", "ReduceMin");
  logical("Any", "ReduceMax");
  extremeIndex("ArgMax");
  extremeIndex("ArgMin");
  normalized("Softmax", "logits", "dim");
  normalized("LogSoftmax", "logits", "axis");
  kernel<{ axis: number; exclusive: boolean; reverse: boolean }>(
    "Cumsum",
    (inputs, { axis, exclusive, reverse }, recorder) => {
      const x = operand(inputs, "x");
      const along = recorder.graph.constant(BigInt64Array.of(BigInt(positiveAxis(axis, x.shape.length))), [], "int64");
      const attributes = { exclusive: exclusive ? 1 : 0, reverse: reverse ? 1 : 0 };
      return recorder.node("CumSum", [recorder.name(x), along], x.shape, x.dtype, attributes);
    },
  );
};
