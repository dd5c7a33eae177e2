/** Repairs of tfjs-node's backend (4.22), on TensorFlow's own library. */
import * as tf from "@tensorflow/tfjs";

/**
 * Lets a gather name its axis from the end, as TensorFlow.js allows: the shipped kernel checks indices against the
 * size of an axis that it does not find.
 */
export const countAxesFromTheEnd = (): void => {
  const shipped = tf.getKernel("GatherV2", "tensorflow");
  if (shipped === undefined)
    throw new Error("tensorflow: expected tfjs-node's backend to have a kernel GatherV2; check its version");
  tf.unregisterKernel("GatherV2", "tensorflow");
  tf.registerKernel({
    ...shipped,
    kernelFunc: (call) => {
      const { x } = call.inputs as Record<"x", tf.TensorInfo>;
      const { axis } = call.attrs as unknown as { axis: number };
      return shipped.kernelFunc({ ...call, attrs: { ...call.attrs, axis: axis < 0 ? x.shape.length + axis : axis } });
    },
  });
};
