/** A thread that loads the library and computes with it. */
import { parentPort } from "node:worker_threads";
import * as tf from "@tensorflow/tfjs";
import { loadTensorFlow } from "../../../../src/engine/tensorflow/library/load.ts";

const { binding } = await loadTensorFlow("cpu");
await tf.setBackend("tensorflow");
const values = tf.tidy(() => {
  const x = tf.tensor2d([[1, 2]]);
  return [...tf.matMul(x, x, false, true).dataSync()];
});
parentPort?.postMessage({ values, tensors: binding.getNumOfTensors() });
