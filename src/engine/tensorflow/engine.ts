/** The compiled engine on TensorFlow: a program is recorded once, and a session runs it in one call. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkData, checkInputs, copied, takenBy } from "../buffers.ts";
import type { Buffer, Engine, Executable } from "../engine.ts";
import { HeldBuffers } from "../held-buffers.ts";
import type { DataType, Program } from "../program.ts";
import { tag } from "./graph-def.ts";
import { recordCompiled } from "./library/compiled-programs.ts";
import { checkXla, prepareCompiled, prepareXla } from "./library/environment.ts";
import { loadTensorFlow, type TensorFlowBinding } from "./library/load.ts";
import { naming, translated, type ProgramOptions, type TranslatedProgram } from "./saved-model.ts";

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

const openBinding = async ({ xla = true, bfloat16 = false }: ProgramOptions): Promise<TensorFlowBinding> => {
  if (xla) prepareXla();
  if (xla) prepareCompiled();
  if (xla && bfloat16) checkXla();
  return (await loadTensorFlow("cpu")).binding;
};

const closeSessions = (binding: TensorFlowBinding, sessions: Set<number>): void => {
  for (const session of sessions) binding.deleteSavedModel(session);
  sessions.clear();
  recordCompiled();
};

/**
 * Makes an engine on the installed library. Rejects where it is not installed, and in bfloat16 where XLA_FLAGS are not
 * safe. Runs of one program on the same inputs are bit-equal. A run occupies the calling thread: give it a worker
 * thread when something else must stay responsive.
 */
export const tensorflowEngine = async (options: ProgramOptions = {}): Promise<Engine> => {
  const binding = await openBinding(options);
  // A tensor of TensorFlow in ordinary memory, by its number; sessions read it without a copy.
  const buffers = new HeldBuffers<number>("tensorflow", (id) => binding.deleteTensor(id));
  const sessions = new Set<number>();
  let open = true;
  const checkOpen = (): void => {
    if (!open) throw new Error("the engine tensorflow was used after it had been disposed");
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
        const ids = order.map((name) => buffers.tensor(inputs[name]));
        const results = naming(program.name, () => binding.runSavedModel(session, ids, feeds, fetches));
        const held = {} as Record<O, Buffer>;
        for (const [i, name] of (Object.keys(outputs) as O[]).entries())
          held[name] = buffers.hold(results[i]!.id, outputs[name]);
        return held;
      },
      async dispose() {
        if (sessions.delete(session)) binding.deleteSavedModel(session);
      },
    };
  };

  return {
    name: options.bfloat16 === true ? "tensorflow-bfloat16" : "tensorflow",
    async compile(program) {
      checkOpen();
      const graph = translated(program, options);
      const session = naming(program.name, () => openSession(binding, graph.file));
      sessions.add(session);
      return executable(program, session, graph);
    },
    upload(data, spec) {
      checkOpen();
      checkData(data, spec);
      return buffers.hold(binding.createTensor(spec.shape, typeIn(binding, spec.dtype), data), spec);
    },
    async download(buffer, into) {
      const data = binding.tensorDataSync(buffers.tensor(buffer));
      return into === undefined ? data : copied(data, into);
    },
    take: takenBy(async (buffer) => binding.tensorDataSync(buffers.tensor(buffer))),
    memory: () => buffers.memory(),
    async dispose() {
      open = false;
      buffers.dispose();
      closeSessions(binding, sessions);
    },
  };
};
