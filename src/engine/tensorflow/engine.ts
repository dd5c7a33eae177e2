/** The compiled engine on TensorFlow: a program is recorded once and run by a session of libtensorflow, one call a run. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkData, checkInputs } from "../buffers.ts";
import type { Buffer, Engine, Executable } from "../engine.ts";
import { bytesOf, type DataType, type Program, type TensorSpec, type TypedArray } from "../program.ts";
import { tag } from "./graph-def.ts";
import { loadTensorFlow, type TensorFlowBinding } from "./library/load.ts";
import { translated, type TranslatedProgram } from "./saved-model.ts";
import type { TranslationOptions } from "./translate.ts";

/** A buffer is a tensor of TensorFlow in ordinary memory; sessions read it without a copy. */
class TensorFlowBuffer implements Buffer {
  readonly shape: readonly number[];
  readonly dtype: DataType;
  readonly #released: (buffer: TensorFlowBuffer) => void;
  #id: number | undefined;

  constructor(id: number, spec: TensorSpec, released: (buffer: TensorFlowBuffer) => void) {
    this.#id = id;
    this.shape = spec.shape;
    this.dtype = spec.dtype;
    this.#released = released;
  }

  /** As the binding knows it. */
  get id(): number {
    if (this.#id === undefined) throw new Error("a buffer was used after it had been disposed");
    return this.#id;
  }

  dispose(): void {
    if (this.#id === undefined) return;
    this.#released(this);
    this.#id = undefined;
  }
}

const asTensorFlow = (buffer: Buffer): TensorFlowBuffer => {
  if (buffer instanceof TensorFlowBuffer) return buffer;
  throw new TypeError(
    "a buffer of another engine was given to the engine tensorflow; download it there and upload it here",
  );
};

const typeIn = (binding: TensorFlowBinding, dtype: DataType): number =>
  ({ float32: binding.TF_FLOAT, int32: binding.TF_INT32, bool: binding.TF_BOOL })[dtype];

/** Loads the graph into a session of its own; the file is needed only while it is read. */
const openSession = (binding: TensorFlowBinding, file: Uint8Array): number => {
  const folder = mkdtempSync(join(tmpdir(), "retort-graph-"));
  try {
    writeFileSync(join(folder, "saved_model.pb"), file);
    return binding.loadSavedModel(folder, tag);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/**
 * Makes an engine on the installed library. Rejects where it is not installed. Runs of one program on the same inputs
 * are bit-equal. A run occupies the calling thread: give it a worker thread when something else must stay responsive.
 */
export const tensorflowEngine = async (options: Partial<TranslationOptions> = {}): Promise<Engine> => {
  const { xla = false, bfloat16 = false } = options;
  const { binding } = await loadTensorFlow("cpu");
  const alive = new Set<TensorFlowBuffer>();
  const sessions = new Set<number>();
  let open = true;
  const checkOpen = (): void => {
    if (!open) throw new Error("the engine tensorflow was used after it had been disposed");
  };
  const hold = (id: number, spec: TensorSpec): TensorFlowBuffer => {
    const buffer = new TensorFlowBuffer(id, spec, (released) => {
      binding.deleteTensor(released.id);
      alive.delete(released);
    });
    alive.add(buffer);
    return buffer;
  };

  const executable = <I extends string, O extends string>(
    program: Program<I, O>,
    session: number,
    { inputNames, outputNames, outputs }: TranslatedProgram<O>,
  ): Executable<I, O> => {
    const order = Object.keys(program.inputs) as I[];
    const [feeds, fetches] = [inputNames.join(","), outputNames.join(",")];
    return {
      async run(inputs) {
        checkOpen();
        if (!sessions.has(session)) throw new Error(`program "${program.name}" was run after it had been disposed`);
        checkInputs(program.name, program.inputs, inputs);
        const ids = order.map((name) => asTensorFlow(inputs[name]).id);
        const results = binding.runSavedModel(session, ids, feeds, fetches);
        const buffers = {} as Record<O, Buffer>;
        for (const [i, name] of (Object.keys(outputs) as O[]).entries())
          buffers[name] = hold(results[i]!.id, outputs[name]);
        return buffers;
      },
      async dispose() {
        if (sessions.delete(session)) binding.deleteSavedModel(session);
      },
    };
  };

  return {
    name: "tensorflow",
    async compile(program) {
      checkOpen();
      const graph = translated(program, { xla, bfloat16 });
      const session = openSession(binding, graph.file);
      sessions.add(session);
      return executable(program, session, graph);
    },
    upload(data, spec) {
      checkOpen();
      checkData(data, spec);
      return hold(binding.createTensor([...spec.shape], typeIn(binding, spec.dtype), data), spec);
    },
    async download(buffer) {
      return (binding.tensorDataSync(asTensorFlow(buffer).id) as TypedArray).slice();
    },
    memory() {
      return { buffers: alive.size, bytes: [...alive].reduce((sum, buffer) => sum + bytesOf(buffer), 0) };
    },
    async dispose() {
      open = false;
      for (const buffer of alive) buffer.dispose();
      for (const session of sessions) binding.deleteSavedModel(session);
      sessions.clear();
    },
  };
};
