/** The process that loads an installed library: `node check-process.js cpu` writes what it is as one line of JSON. */
import * as tf from "@tensorflow/tfjs";
import type { TensorFlowDevice } from "./folder.ts";
import { loadTensorFlow } from "./load.ts";

/** [1, 2] times its transpose, and a function that needs more than integers: 5 and e^0. */
const compute = (): number[] =>
  tf.tidy(() => {
    const x = tf.tensor2d([[1, 2]]);
    return [...tf.matMul(x, x, false, true).dataSync(), ...tf.exp(tf.mul(x, 0)).dataSync()];
  });

const load = async (device: TensorFlowDevice): Promise<object> => {
  const { binding, isUsingGpuDevice } = await loadTensorFlow(device);
  await tf.setBackend("tensorflow");
  const values = compute();
  if (values.join() !== "5,1,1") throw new Error(`it loaded and computed ${values.join(", ")} where 5, 1, 1 was due`);
  return { version: binding.TF_Version, gpu: isUsingGpuDevice };
};

const answer = await load(process.argv[2] as TensorFlowDevice).catch((error: unknown) => ({
  reason: error instanceof Error ? error.message : String(error),
}));
process.stdout.write(`\n${JSON.stringify(answer)}\n`, () => process.exit(0));
