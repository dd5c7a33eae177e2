/** Kernels that move elements without changing them: reshape, transpose, slice, split, join, repeat, pad, reverse. */
import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../../program.ts";
import type { Recorder } from "../recorder.ts";
import { kernel, operand, positiveAxis, type Inputs } from "./kernel.ts";

const reshape = (recorder: Recorder, x: tf.TensorInfo, shape: readonly number[]): tf.TensorInfo => {
  const { fill } = recorder.recorded(x);
  if (fill !== undefined) return recorder.filled(fill, shape, x.dtype);
  if (x.shape.join() === shape.join()) return recorder.tensor(recorder.name(x), shape, x.dtype);
  return recorder.node("Reshape", [recorder.name(x), recorder.graph.indices(shape)], shape, x.dtype);
};

const registerReshaping = (): void => {
  kernel<{ shape: number[] }>("Reshape", (inputs, { shape }, recorder) => {
    const x = operand(inputs, "x");
    return reshape(recorder, x, tf.util.inferFromImplicitShape(shape, sizeOf(x.shape)));
  });
  kernel<{ dim: number }>("ExpandDims", (inputs, { dim }, recorder) => {
    const x = operand(inputs, "input");
    return reshape(recorder, x, x.shape.toSpliced(dim < 0 ? dim + x.shape.length + 1 : dim, 0, 1));
  });
  kernel<{ perm: number[] }>("Transpose", (inputs, { perm }, recorder) => {
    const x = operand(inputs, "x");
    const shape = perm.map((i) => x.shape[i]!);
    return recorder.node("Transpose", [recorder.name(x)], shape, x.dtype, { perm });
  });
  kernel<{ dims: number | number[] }>("Reverse", (inputs, { dims }, recorder) => {
    const x = operand(inputs, "x");
    const axes = tf.util.parseAxisParam(dims, x.shape);
    if (axes.length === 0) return recorder.tensor(recorder.name(x), x.shape, x.dtype);
    const bounds = [axes.map(() => -1), axes.map(() => Number.MIN_SAFE_INTEGER), axes, axes.map(() => -1)];
    return recorder.node(
      "Slice",
      [recorder.name(x), ...bounds.map((values) => recorder.graph.indices(values))],
      x.shape,
      x.dtype,
    );
  });
};

const registerCutting = (): void => {
  kernel<{ begin: number[]; size: number[] }>("Slice", (inputs, { begin, size }, recorder) => {
    const x = operand(inputs, "x");
    const [starts, lengths] = tf.slice_util.parseSliceParams(x, begin, size);
    const ends = starts!.map((start, i) => start + lengths![i]!);
    return recorder.node(
      "Slice",
      [recorder.name(x), recorder.graph.indices(starts!), recorder.graph.indices(ends)],
      lengths!,
      x.dtype,
    );
  });
  kernel<{ numOrSizeSplits: number | number[]; axis: number }>(
    "SplitV",
    (inputs, { numOrSizeSplits, axis }, recorder) => {
      const x = operand(inputs, "x");
      const along = positiveAxis(axis, x.shape.length);
      const sizes = tf.backend_util.prepareSplitSize(x, numOrSizeSplits, along);
      const names = recorder.graph.node(
        "Split",
        [recorder.name(x), recorder.graph.indices(sizes)],
        { axis: along },
        sizes.length,
      );
      return names.map((name, part) => recorder.tensor(name, x.shape.with(along, sizes[part]!), x.dtype));
    },
  );
  kernel<{ axis: number }>("Unpack", (inputs, { axis }, recorder) => {
    const x = operand(inputs, "value");
    const along = positiveAxis(axis, x.shape.length);
    const sizes = Array.from({ length: x.shape[along]! }, () => 1);
    const names = recorder.graph.node(
      "Split",
      [recorder.name(x), recorder.graph.indices(sizes)],
      { axis: along },
      sizes.length,
    );
    return names.map((name) =>
      reshape(recorder, recorder.tensor(name, x.shape.with(along, 1), x.dtype), x.shape.toSpliced(along, 1)),
    );
  });
};

const concat = (recorder: Recorder, parts: readonly tf.TensorInfo[], axis: number): tf.TensorInfo => {
  const [first] = parts;
  if (first === undefined) throw new Error("Concat: expected at least one tensor");
  const along = positiveAxis(axis, first.shape.length);
  const total = parts.reduce((sum, part) => sum + part.shape[along]!, 0);
  const names = parts.map((part) => recorder.name(part));
  return recorder.node("Concat", names, first.shape.with(along, total), first.dtype, { axis: along });
};

const registerJoining = (): void => {
  kernel<{ axis: number }>("Concat", (inputs, { axis }, recorder) => concat(recorder, Object.values(inputs), axis));
  kernel<{ axis: number }>("Pack", (inputs: Inputs, { axis }, recorder) => {
    const parts = Object.values(inputs);
    const along = axis < 0 ? axis + (parts[0]?.shape.length ?? 0) + 1 : axis;
    return concat(
      recorder,
      parts.map((part) => reshape(recorder, part, part.shape.toSpliced(along, 0, 1))),
      along,
    );
  });
  kernel<{ reps: number[] }>("Tile", (inputs, { reps }, recorder) => {
    const x = operand(inputs, "x");
    const shape = x.shape.map((n, i) => n * reps[i]!);
    if (x.shape.every((n, i) => n === 1 || reps[i] === 1)) return recorder.broadcast(x, shape);
    return recorder.node("Tile", [recorder.name(x), recorder.graph.indices(reps)], shape, x.dtype);
  });
  kernel<{ paddings: [number, number][]; constantValue: number }>(
    "PadV2",
    (inputs, { paddings, constantValue }, recorder) => {
      const x = operand(inputs, "x");
      const shape = x.shape.map((n, i) => n + paddings[i]![0] + paddings[i]![1]);
      const widths = recorder.graph.indices([
        ...paddings.map(([before]) => before),
        ...paddings.map(([, after]) => after),
      ]);
      const value = recorder.name(recorder.filled(constantValue, [], x.dtype));
      return recorder.node("Pad", [recorder.name(x), widths, value], shape, x.dtype, { mode: "constant" });
    },
  );
};

/** Registers all of them. */
export const registerShapes = (): void => {
  registerReshaping();
  registerCutting();
  registerJoining();
};
