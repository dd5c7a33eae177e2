/** The compiled engine: a program is recorded once and run by ONNX Runtime, one call a run. */
import * as ort from "onnxruntime-node";
import { checkData, checkInputs, copied, takenBy } from "../buffers.ts";
import type { Buffer, Engine, Executable } from "../engine.ts";
import { HeldBuffers } from "../held-buffers.ts";
import type { Program, TensorSpec, TypedArray } from "../program.ts";
import { releaseMemory } from "../../workers/release-memory.ts";
import { inputName, outputName, record } from "../recording/record.ts";
import { modelFile } from "./model-file.ts";

/** How ONNX Runtime may use the machine. */
export interface OnnxOptions {
  /** Threads of one program; more threads than free cores slow it down. Default 1. */
  readonly threads?: number;
  /**
   * Threads wait for their next work without sleeping. Each program has threads of its own: where many programs take
   * turns, those of all wait. Default true.
   */
  readonly spinning?: boolean;
}

const sessionOptions = (threads: number, spinning: boolean): ort.InferenceSession.SessionOptions => ({
  executionProviders: ["cpu"],
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  graphOptimizationLevel: "all",
  // A pattern is one more block, as large as all of a run: the second run would take twice the memory of the first, and
  // no less time.
  enableMemPattern: false,
  logSeverityLevel: 3,
  // The thread that makes a session keeps this mode: its JavaScript takes the smallest numbers for zero too, when it
  // computes with them or copies them one by one.
  extra: { session: { set_denormal_as_zero: "1", intra_op: { allow_spinning: threads > 1 && spinning ? "1" : "0" } } },
});

/**
 * The engine's buffers. Memory that nobody else reads is freed with its buffer: left to the garbage collector, the
 * states of earlier steps would stay beside the present one.
 */
class Tensors extends HeldBuffers<ort.Tensor> {
  readonly #owned: Set<ort.Tensor>;

  constructor() {
    const owned = new Set<ort.Tensor>();
    super("onnx-cpu", (tensor) => {
      if (owned.delete(tensor)) releaseMemory([tensor.data as TypedArray]);
    });
    this.#owned = owned;
  }

  /** What a run gave, or a copy: nobody else has it. */
  own(tensor: ort.Tensor, spec: TensorSpec): Buffer {
    this.#owned.add(tensor);
    return this.hold(tensor, spec);
  }

  upload(data: TypedArray, spec: TensorSpec): Buffer {
    // ONNX Runtime refuses memory that threads share.
    const isShared = data.buffer instanceof SharedArrayBuffer;
    const tensor = new ort.Tensor(spec.dtype, isShared ? data.slice() : data, [...spec.shape]);
    return isShared ? this.own(tensor, spec) : this.hold(tensor, spec);
  }

  /** The numbers of a buffer, which are not freed with it any more. */
  given(buffer: Buffer): TypedArray {
    const tensor = this.tensor(buffer);
    this.#owned.delete(tensor);
    return tensor.data as TypedArray;
  }
}

/**
 * Makes an engine on ONNX Runtime's CPU provider. Runs of one program on the same inputs are bit-equal.
 * A run occupies the calling thread: give it a worker thread when something else must stay responsive.
 */
export const onnxEngine = ({ threads = 1, spinning = true }: OnnxOptions = {}): Engine => {
  const buffers = new Tensors();
  const sessions = new Set<ort.InferenceSession>();
  let open = true;
  const checkOpen = (): void => {
    if (!open) throw new Error("the engine onnx-cpu was used after it had been disposed");
  };
  const feedsOf = (inputs: Readonly<Record<string, Buffer>>): Record<string, ort.Tensor> =>
    Object.fromEntries(Object.entries(inputs).map(([name, buffer]) => [inputName(name), buffers.tensor(buffer)]));

  const executable = <I extends string, O extends string>(
    program: Program<I, O>,
    session: ort.InferenceSession,
    outputs: Readonly<Record<O, TensorSpec>>,
  ): Executable<I, O> => ({
    async run(inputs) {
      checkOpen();
      if (!sessions.has(session)) throw new Error(`program "${program.name}" was run after it had been disposed`);
      checkInputs(program.name, program.inputs, inputs);
      const results = await session.run(feedsOf(inputs));
      const held = {} as Record<O, Buffer>;
      for (const name of Object.keys(outputs) as O[])
        held[name] = buffers.own(results[outputName(name)] as ort.Tensor, outputs[name]);
      return held;
    },
    async dispose() {
      if (sessions.delete(session)) await session.release();
    },
  });

  return {
    name: "onnx-cpu",
    async compile(program) {
      checkOpen();
      const { graph, outputs } = record(program);
      const { main, constants } = graph.finished();
      const model = modelFile(main, program.name, constants);
      const session = await ort.InferenceSession.create(model, sessionOptions(threads, spinning));
      sessions.add(session);
      return executable(program, session, outputs);
    },
    upload(data, spec) {
      checkOpen();
      checkData(data, spec);
      return buffers.upload(data, spec);
    },
    async download(buffer, into) {
      return copied(buffers.tensor(buffer).data as TypedArray, into);
    },
    take: takenBy(async (buffer) => buffers.given(buffer)),
    memory: () => buffers.memory(),
    async dispose() {
      open = false;
      buffers.dispose();
      await Promise.all([...sessions].map((session) => session.release()));
      sessions.clear();
    },
  };
};
