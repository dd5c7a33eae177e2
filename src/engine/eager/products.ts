/** Products of batches that TensorFlow.js (4.22) gets wrong without an error. */
import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../program.ts";

/**
 * Makes the backend refuse products whose leading axes are broadcast on one side only in part, such as [2, 1, ...]
 * times [2, 2, ...]: TensorFlow.js repeats whole batches there. The ops of a whole batch against one matrix are right
 * and stay.
 */
export const refuseMixedBatches = (backendName: string): void => {
  const shipped = tf.getKernel("BatchMatMul", backendName);
  if (shipped === undefined)
    throw new Error(`expected TensorFlow.js's backend ${backendName} to have a kernel BatchMatMul; check its version`);
  tf.unregisterKernel("BatchMatMul", backendName);
  tf.registerKernel({
    ...shipped,
    kernelFunc: (call) => {
      const { a, b } = call.inputs as Record<"a" | "b", tf.TensorInfo>;
      const [left, right] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
      if (left.join() !== right.join() && sizeOf(left) !== 1 && sizeOf(right) !== 1) {
        throw new RangeError(
          `matMul: ${backendName} multiplies batches of [${left.join(", ")}] and [${right.join(", ")}] ` +
            "wrongly; broadcast the smaller operand first (tf.broadcastTo)",
        );
      }
      return shipped.kernelFunc(call);
    },
  });
};
