/** The eager engine: a program runs op by op on a TensorFlow.js backend. The reference for every other engine, and the road to GPUs. */
import * as tf from "@tensorflow/tfjs";
import { checkData, checkInputs } from "../buffers.ts";
import type { Buffer, Engine, Executable } from "../engine.ts";
import type { DataType, Program, TensorSpec, TypedArray } from "../program.ts";
import { type BackendOptions, type EagerBackend, loadBackend } from "./backends.ts";

/** A buffer is a tensor that outlives the run. */
class EagerBuffer implements Buffer {
  readonly shape: readonly number[];
  readonly dtype: DataType;
  readonly #tensor: tf.Tensor;
  readonly #released: (buffer: EagerBuffer) => void;

  constructor(tensor: tf.Tensor, released: (buffer: EagerBuffer) => void) {
    this.shape = tensor.shape;
    this.dtype = tensor.dtype as DataType;
    this.#tensor = tensor;
    this.#released = released;
  }

  get tensor(): tf.Tensor {
    if (this.#tensor.isDisposed) throw new Error("a buffer was used after it had been disposed");
    return this.#tensor;
  }

  dispose(): void {
    if (this.#tensor.isDisposed) return;
    this.#tensor.dispose();
    this.#released(this);
  }
}

const asEager = (buffer: Buffer): EagerBuffer => {
  if (buffer instanceof EagerBuffer) return buffer;
  throw new TypeError("a buffer of another engine was given to the eager engine; download it there and upload it here");
};

/**
 * Makes an engine on the TensorFlow.js backend `backend`. Rejects with the reason when the backend is not there.
 * Each run selects the backend first, so engines of several backends can live in one thread.
 */
export const eagerEngine = async (backend: EagerBackend, options: BackendOptions = {}): Promise<Engine> => {
  const name = await loadBackend(backend, options);
  const alive = new Set<EagerBuffer>();
  const hold = (tensor: tf.Tensor): EagerBuffer => {
    const buffer = new EagerBuffer(tensor, (released) => alive.delete(released));
    alive.add(buffer);
    return buffer;
  };
  const select = (): void => {
    if (tf.getBackend() !== name) void tf.setBackend(name);
  };

  const executable = <I extends string, O extends string>(program: Program<I, O>): Executable<I, O> => ({
    async run(inputs) {
      checkInputs(program.name, program.inputs, inputs);
      select();
      const outputs = tf.tidy(() => {
        const tensors = {} as Record<I, tf.Tensor>;
        for (const [input, buffer] of Object.entries<Buffer>(inputs)) tensors[input as I] = asEager(buffer).tensor;
        // An output may be an input handed through; a clone gives it a life of its own.
        return Object.fromEntries(Object.entries<tf.Tensor>(program.build(tensors)).map(([output, tensor]) => [output, tf.clone(tensor)]));
      });
      return Object.fromEntries(Object.entries(outputs).map(([output, tensor]) => [output, hold(tensor)])) as unknown as Record<O, Buffer>;
    },
    dispose: () => Promise.resolve(),
  });

  return {
    name: backend,
    compile: (program) => Promise.resolve(executable(program)),
    upload(data, spec: TensorSpec) {
      checkData(data, spec);
      select();
      return hold(tf.tensor(data, [...spec.shape], spec.dtype));
    },
    async download(buffer) {
      select();
      const { tensor } = asEager(buffer);
      return ((await tensor.data()) as TypedArray).slice();
    },
    memory() {
      const bytes = [...alive].reduce((sum, { tensor }) => sum + tensor.size * tf.util.bytesPerElement(tensor.dtype), 0);
      return { buffers: alive.size, bytes };
    },
    dispose() {
      select();
      for (const buffer of alive) buffer.dispose();
      return Promise.resolve();
    },
  };
};
