/**
 * The eager engine: a program runs op by op on a TensorFlow.js backend. The reference for every other engine, and the
 * road to GPUs.
 */
import * as tf from "@tensorflow/tfjs";
import { checkData, checkInputs, copied, takenBy } from "../buffers.ts";
import type { Buffer, Engine, Executable } from "../engine.ts";
import type { DataType, Program, TensorSpec, TypedArray } from "../program.ts";
import { type BackendOptions, type EagerBackend, loadBackend } from "./backends.ts";

/** A buffer is a tensor that outlives the run. */
class EagerBuffer implements Buffer {
  readonly shape: readonly number[];
  readonly dtype: DataType;
  /** The backend that holds it. */
  readonly backend: string;
  readonly #tensor: tf.Tensor;
  readonly #released: (buffer: EagerBuffer) => void;

  constructor(backend: string, tensor: tf.Tensor, released: (buffer: EagerBuffer) => void) {
    this.backend = backend;
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

const asEager = (buffer: Buffer, backend: string): EagerBuffer => {
  if (buffer instanceof EagerBuffer && buffer.backend === backend) return buffer;
  throw new TypeError(
    `a buffer of another engine was given to the engine ${backend}; download it there and upload it here`,
  );
};

/** Runs the ops of a program now. An output may be an input itself; its clone can be disposed separately. */
const evaluate = <I extends string, O extends string>(
  program: Program<I, O>,
  tensorOf: (input: I) => tf.Tensor,
): Record<string, tf.Tensor> =>
  tf.tidy(() => {
    const names = Object.keys(program.inputs) as I[];
    const outputs = program.build(
      Object.fromEntries(names.map((name) => [name, tensorOf(name)])) as Record<I, tf.Tensor>,
    );
    return Object.fromEntries(Object.entries<tf.Tensor>(outputs).map(([output, tensor]) => [output, tf.clone(tensor)]));
  });

const memoryOf = (buffers: ReadonlySet<EagerBuffer>): ReturnType<Engine["memory"]> => {
  const bytes = [...buffers].reduce((sum, { tensor }) => sum + tensor.size * tf.util.bytesPerElement(tensor.dtype), 0);
  return { buffers: buffers.size, bytes };
};

/**
 * Makes an engine on the TensorFlow.js backend `backend`. Rejects with the reason when the backend is not there.
 * Each run selects the backend first, so engines of several backends can live in one thread.
 */
export const eagerEngine = async (backend: EagerBackend, options: BackendOptions = {}): Promise<Engine> => {
  const name = await loadBackend(backend, options);
  const alive = new Set<EagerBuffer>();
  let open = true;
  const checkOpen = (): void => {
    if (!open) throw new Error(`the engine ${backend} was used after it had been disposed`);
  };
  const hold = (tensor: tf.Tensor): EagerBuffer => {
    const buffer = new EagerBuffer(backend, tensor, (released) => alive.delete(released));
    alive.add(buffer);
    return buffer;
  };
  const select = (): void => {
    if (tf.getBackend() !== name) void tf.setBackend(name);
  };

  const executable = <I extends string, O extends string>(program: Program<I, O>): Executable<I, O> => {
    let compiled = true;
    const run = (inputs: Readonly<Record<I, Buffer>>): Record<O, Buffer> => {
      checkOpen();
      if (!compiled) throw new Error(`program "${program.name}" was run after it had been disposed`);
      checkInputs(program.name, program.inputs, inputs);
      select();
      const outputs = evaluate(program, (name) => asEager(inputs[name], backend).tensor);
      return Object.fromEntries(
        Object.entries(outputs).map(([output, tensor]) => [output, hold(tensor)]),
      ) as unknown as Record<O, Buffer>;
    };
    return {
      // async, so that a refusal is a rejection.
      run: async (inputs) => run(inputs),
      async dispose() {
        compiled = false;
      },
    };
  };

  const download = async (buffer: Buffer, into?: TypedArray): Promise<TypedArray> => {
    select();
    return copied(await asEager(buffer, backend).tensor.data(), into);
  };

  return {
    name: backend,
    async compile(program) {
      checkOpen();
      return executable(program);
    },
    upload(data, spec: TensorSpec) {
      checkOpen();
      checkData(data, spec);
      select();
      return hold(tf.tensor(data, [...spec.shape], spec.dtype));
    },
    download,
    take: takenBy(download),
    memory: () => memoryOf(alive),
    async dispose() {
      select();
      for (const buffer of alive) buffer.dispose();
      open = false;
    },
  };
};
