/** Kernels that pick, write or add by index, and constants that a program makes. */
import type * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../../program.ts";
import { elementTypes } from "../graph.ts";
import { kernel, operand, positiveAxis } from "./kernel.ts";

const registerIndexing = (): void => {
  kernel<{ axis: number; batchDims: number }>("GatherV2", (inputs, { axis, batchDims }, recorder) => {
    const [x, indices] = [operand(inputs, "x"), operand(inputs, "indices")];
    if (batchDims !== 0)
      throw new RangeError(
        `gather: expected batchDims 0 in a compiled program, got ${batchDims}; use oneHot and matMul`,
      );
    const along = positiveAxis(axis, x.shape.length);
    const shape = [...x.shape.slice(0, along), ...indices.shape, ...x.shape.slice(along + 1)];
    return recorder.node("Gather", [recorder.name(x), recorder.name(indices)], shape, x.dtype, { axis: along });
  });
  kernel<{ depth: number; onValue: number; offValue: number; dtype: tf.DataType }>(
    "OneHot",
    (inputs, { depth, onValue, offValue, dtype }, recorder) => {
      const indices = operand(inputs, "indices");
      const size = recorder.graph.constant(Int32Array.of(depth), [1], "int32");
      const values = recorder.graph.constant(Float32Array.of(offValue, onValue), [2], "float32");
      const hot = recorder.node("OneHot", [recorder.name(indices), size, values], [...indices.shape, depth], "float32");
      if (dtype !== "int32" && dtype !== "bool") return hot;
      return recorder.node("Cast", [recorder.name(hot)], hot.shape, dtype, { to: elementTypes[dtype] });
    },
  );
  // Distinct indices only: with equal ones it is undefined which update stays.
  kernel("TensorScatterUpdate", (inputs, _, recorder) => {
    const [x, indices, updates] = [operand(inputs, "tensor"), operand(inputs, "indices"), operand(inputs, "updates")];
    const [wide] = recorder.graph.node("Cast", [recorder.name(indices)], { to: elementTypes.int64 });
    return recorder.node("ScatterND", [recorder.name(x), wide!, recorder.name(updates)], x.shape, x.dtype);
  });
  // The gradient of gather: rows of x added up by segment. ScatterND would do without the wide indices, but with
  // several threads it loses additions.
  kernel<{ numSegments: number }>("UnsortedSegmentSum", (inputs, { numSegments }, recorder) => {
    const [x, segments] = [operand(inputs, "x"), operand(inputs, "segmentIds")];
    const count = segments.shape[0]!;
    const [wide] = recorder.graph.node("Cast", [recorder.name(segments)], { to: elementTypes.int64 });
    const column = recorder.graph.node("Reshape", [
      wide!,
      recorder.graph.indices([count, ...x.shape.slice(1).map(() => 1)]),
    ]);
    const [indices] = recorder.graph.node("Expand", [...column, recorder.graph.indices(x.shape)]);
    recorder.graph.size(indices!, 8 * sizeOf(x.shape));
    const shape = [numSegments, ...x.shape.slice(1)];
    const zeros = recorder.name(recorder.filled(0, shape, x.dtype));
    return recorder.node("ScatterElements", [zeros, indices!, recorder.name(x)], shape, x.dtype, {
      axis: 0,
      reduction: "add",
    });
  });
};

const registerConstants = (): void => {
  kernel<{ shape: number[]; value: number; dtype?: tf.DataType }>("Fill", (_, { shape, value, dtype }, recorder) =>
    recorder.filled(value, shape, dtype ?? "float32"),
  );
  kernel("ZerosLike", (inputs, _, recorder) => {
    const x = operand(inputs, "x");
    return recorder.filled(0, x.shape, x.dtype);
  });
  kernel("OnesLike", (inputs, _, recorder) => {
    const x = operand(inputs, "x");
    return recorder.filled(1, x.shape, x.dtype);
  });
  kernel<{ start: number; stop: number; step: number; dtype: "float32" | "int32" }>(
    "Range",
    (_, { start, stop, step, dtype }, recorder) => {
      const length = Math.max(0, Math.ceil((stop - start) / step));
      const values = Array.from({ length }, (_unused, i) => start + i * step);
      const data = dtype === "int32" ? Int32Array.from(values) : Float32Array.from(values);
      return recorder.tensor(recorder.graph.constant(data, [length], dtype), [length], dtype);
    },
  );
};

/** Registers all of them. */
export const registerIndices = (): void => {
  registerIndexing();
  registerConstants();
};
