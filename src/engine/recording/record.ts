/** Records a program as a graph by building it once on the recording backend. */
import * as tf from "@tensorflow/tfjs";
import type { Program, TensorSpec } from "../program.ts";
import { repairGradients } from "../gradients.ts";
import { GraphBuilder } from "./graph.ts";
import { registerElementwise } from "./kernels/elementwise.ts";
import { registerIndices } from "./kernels/indexing.ts";
import { registerMatrices } from "./kernels/matrix.ts";
import { registerReductions } from "./kernels/reduction.ts";
import { registerShapes } from "./kernels/shape.ts";
import { recorder, recorderName } from "./recorder.ts";

repairGradients();
registerElementwise();
registerReductions();
registerMatrices();
registerShapes();
registerIndices();

/** Name of a program's input in the graph. */
export const inputName = (name: string): string => `in:${name}`;

/** Name of a program's output in the graph. */
export const outputName = (name: string): string => `out:${name}`;

const explain = (program: string, error: unknown): Error => {
  const message = error instanceof Error ? error.message : String(error);
  const missing = /Kernel '(\w+)' not registered/.exec(message)?.[1];
  if (missing !== undefined) {
    return new Error(
      `program "${program}": the compiled engine has no kernel for the op ${missing}; write it with other ops, ` +
        "add the kernel under src/engine/recording/kernels, or choose another engine",
      { cause: error },
    );
  }
  return new Error(`program "${program}": ${message}`, { cause: error });
};

/**
 * A program as a graph of ONNX's operators, and the specs of its outputs. Inputs and outputs carry the program's own
 * names with a prefix.
 */
export interface RecordedGraph<O extends string> {
  readonly graph: GraphBuilder;
  readonly outputs: Readonly<Record<O, TensorSpec>>;
}

/**
 * Builds the program once with tensors that have shapes and no values. TensorFlow.js's own autodiff runs over it
 * unchanged, so gradients and the optimizer become part of the graph. Throws an error that names the program when it
 * reads a value or uses an op without a kernel.
 */
export const record = <I extends string, O extends string>(program: Program<I, O>): RecordedGraph<O> => {
  const previous = tf.getBackend();
  const graph = new GraphBuilder();
  void tf.setBackend(recorderName);
  recorder.start(graph);
  try {
    const specs = {} as Record<O, TensorSpec>;
    tf.tidy(() => {
      const inputs = {} as Record<I, tf.Tensor>;
      for (const [name, spec] of Object.entries<TensorSpec>(program.inputs)) {
        const info = recorder.tensor(graph.input(inputName(name), spec), spec.shape, spec.dtype);
        inputs[name as I] = tf.engine().makeTensorFromTensorInfo(info);
      }
      for (const [name, tensor] of Object.entries<tf.Tensor>(program.build(inputs))) {
        const { name: value, shape, dtype } = recorder.recorded(tensor);
        specs[name as O] = { shape, dtype };
        graph.output(outputName(name), value, { shape, dtype });
      }
    });
    return { graph, outputs: specs };
  } catch (error) {
    throw explain(program.name, error);
  } finally {
    recorder.stop();
    if (previous) void tf.setBackend(previous);
  }
};
