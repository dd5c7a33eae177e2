/** Repairs of TensorFlow.js's wasm backend (4.22): kernels that are missing, wrong or slow there. */
import * as tf from "@tensorflow/tfjs";

const configOf = (name: string): tf.KernelConfig => {
  const kernel = tf.getKernel(name, "wasm");
  if (kernel === undefined)
    throw new Error(`wasm: expected TensorFlow.js's wasm backend to have a kernel ${name}; check its version`);
  return kernel;
};

const kernelOf = (name: string): tf.KernelFunc => configOf(name).kernelFunc;

const single = (result: tf.TensorInfo | tf.TensorInfo[]): tf.TensorInfo => {
  if (Array.isArray(result)) throw new Error("wasm: expected one tensor of a kernel, got several");
  return result;
};

/**
 * Sums rows of `x` by segment through ScatterNd, which adds up duplicates. Without it no program with a gathered
 * embedding has gradients.
 */
export const addMissingKernels = (): void => {
  const scatter = kernelOf("ScatterNd");
  const reshape = kernelOf("Reshape");
  tf.registerKernel({
    kernelName: "UnsortedSegmentSum",
    backendName: "wasm",
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { x, segmentIds } = inputs as Record<"x" | "segmentIds", tf.TensorInfo>;
      const { numSegments } = attrs as unknown as { numSegments: number };
      const column = single(
        reshape({ inputs: { x: segmentIds }, attrs: { shape: [...segmentIds.shape, 1] }, backend }),
      );
      const shape = [numSegments, ...x.shape.slice(1)];
      return scatter({ inputs: { indices: column, updates: x }, attrs: { shape }, backend });
    },
  });
};

type Backend = Parameters<tf.KernelFunc>[0]["backend"];
const free = (backend: Backend, ...tensors: tf.TensorInfo[]): void => {
  for (const { dataId } of tensors) (backend as tf.KernelBackend).disposeData(dataId);
};

const replace = (name: string, kernelFunc: tf.KernelFunc): void => {
  const shipped = configOf(name);
  tf.unregisterKernel(name, "wasm");
  tf.registerKernel({ ...shipped, kernelFunc });
};

/**
 * Replaces kernels that give wrong values without an error: a cast to bool truncates (0.5 becomes 0, -1 becomes 255),
 * one-hot rows of float32 hold the bits of integers, and where reads bools as four bytes each.
 */
export const correctKernels = (): void => {
  const cast = kernelOf("Cast");
  const castTo = (dtype: tf.DataType, x: tf.TensorInfo, backend: Backend): tf.TensorInfo =>
    single(cast({ inputs: { x }, attrs: { dtype }, backend }));

  const [fill, notEqual] = [kernelOf("Fill"), kernelOf("NotEqual")];
  replace("Cast", (call) => {
    const { x } = call.inputs as Record<"x", tf.TensorInfo>;
    if (call.attrs?.["dtype"] !== "bool" || x.dtype === "bool") return cast(call);
    const { backend } = call;
    const zero = single(fill({ inputs: {}, attrs: { shape: [], value: 0, dtype: x.dtype }, backend }));
    const result = notEqual({ inputs: { a: x, b: zero }, attrs: {}, backend });
    free(backend, zero);
    return result;
  });

  const [oneHot, multiply, add] = [kernelOf("OneHot"), kernelOf("Multiply"), kernelOf("Add")];
  replace("OneHot", (call) => {
    const { onValue, offValue, dtype } = call.attrs as unknown as {
      onValue: number;
      offValue: number;
      dtype: tf.DataType;
    };
    if (dtype === "int32") return oneHot(call);
    const { backend } = call;
    const scalar = (value: number): tf.TensorInfo =>
      single(fill({ inputs: {}, attrs: { shape: [], value, dtype: "float32" }, backend }));
    const whole = single(oneHot({ ...call, attrs: { ...call.attrs, onValue: 1, offValue: 0, dtype: "int32" } }));
    const hot = castTo(dtype, whole, backend);
    free(backend, whole);
    if (onValue === 1 && offValue === 0) return hot;
    const [step, low] = [scalar(onValue - offValue), scalar(offValue)];
    const scaled = single(multiply({ inputs: { a: hot, b: step }, attrs: {}, backend }));
    const result = single(add({ inputs: { a: scaled, b: low }, attrs: {}, backend }));
    free(backend, hot, step, low, scaled);
    return result;
  });

  const select = kernelOf("Select");
  replace("Select", (call) => {
    const { condition, t, e } = call.inputs as Record<"condition" | "t" | "e", tf.TensorInfo>;
    if (t.dtype !== "bool") return select(call);
    const { backend } = call;
    const [yes, no] = [castTo("int32", t, backend), castTo("int32", e, backend)];
    const chosen = single(select({ inputs: { condition, t: yes, e: no }, attrs: {}, backend }));
    const result = castTo("bool", chosen, backend);
    free(backend, yes, no, chosen);
    return result;
  });
};

/**
 * Replaces the kernel of matrix products by one that transposes first: 15 times faster for a transposed operand (1.5 to
 * 21 GFLOP/s at 512 x 512).
 */
export const transposeBeforeProducts = (): void => {
  const multiply = kernelOf("BatchMatMul");
  const transpose = kernelOf("Transpose");
  replace("BatchMatMul", ({ inputs, attrs, backend }) => {
    const { a, b } = inputs as Record<"a" | "b", tf.TensorInfo>;
    const { transposeA, transposeB } = attrs as unknown as Record<"transposeA" | "transposeB", boolean>;
    const made: tf.TensorInfo[] = [];
    const plain = (x: tf.TensorInfo, transposed: boolean): tf.TensorInfo => {
      if (!transposed) return x;
      const rank = x.shape.length;
      const perm = [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2];
      const result = single(transpose({ inputs: { x }, attrs: { perm }, backend }));
      made.push(result);
      return result;
    };
    const operands = { a: plain(a, transposeA), b: plain(b, transposeB) };
    const product = multiply({ inputs: operands, attrs: { transposeA: false, transposeB: false }, backend });
    free(backend, ...made);
    return product;
  });
};
