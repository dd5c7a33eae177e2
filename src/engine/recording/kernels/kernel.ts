/** How a kernel of the recording backend is registered: it turns one TensorFlow.js op into ONNX nodes. */
import * as tf from "@tensorflow/tfjs";
import { recorder, recorderName, type Recorder } from "../recorder.ts";

/** Inputs by TensorFlow.js's own names. */
export type Inputs = Readonly<Record<string, tf.TensorInfo>>;

/** Attributes of a TensorFlow.js kernel; each kernel knows its own. */
export type Attributes = Readonly<Record<string, unknown>>;

/** Registers `record` as the kernel `name`. */
export const kernel = <A extends object = Attributes>(
  name: string,
  record: (inputs: Inputs, attributes: A, recorder: Recorder) => tf.TensorInfo | tf.TensorInfo[],
): void => {
  tf.registerKernel({
    kernelName: name,
    backendName: recorderName,
    kernelFunc: ({ inputs, attrs }) => record(inputs as Inputs, (attrs ?? {}) as A, recorder),
  });
};

/** An axis counted from the front. */
export const positiveAxis = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** The input named `name`; throws when TensorFlow.js did not give it. */
export const operand = (inputs: Inputs, name: string): tf.TensorInfo => {
  const tensor = inputs[name];
  if (tensor === undefined)
    throw new Error(`kernel: expected an input "${name}", got ${Object.keys(inputs).join(", ")}`);
  return tensor;
};
