/** Repairs of TensorFlow.js's cpu backend (4.22). */
import * as tf from "@tensorflow/tfjs";

/**
 * Makes tensorScatterUpdate write into a copy: the shipped kernel writes into its operand, and so into every tensor
 * that shares its data.
 */
export const copyBeforeWriting = (): void => {
  const shipped = tf.getKernel("TensorScatterUpdate", "cpu");
  if (shipped === undefined)
    throw new Error("expected TensorFlow.js's cpu backend to have a kernel TensorScatterUpdate; check its version");
  tf.unregisterKernel("TensorScatterUpdate", "cpu");
  tf.registerKernel({
    ...shipped,
    kernelFunc: ({ inputs, backend }) => {
      const { tensor, indices, updates } = inputs as Record<"tensor" | "indices" | "updates", tf.TensorInfo>;
      const cpu = backend as tf.KernelBackend & {
        readonly makeTensorInfo: (shape: number[], dtype: string, values: tf.TypedArray) => tf.TensorInfo;
      };
      const values = cpu.readSync(tensor.dataId) as tf.TypedArray;
      const copy = cpu.makeTensorInfo(tensor.shape, tensor.dtype, values.slice());
      const result = shipped.kernelFunc({ inputs: { tensor: copy, indices, updates }, backend });
      cpu.disposeData(copy.dataId);
      return result;
    },
  });
};
