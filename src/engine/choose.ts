/** Which engine runs on this machine: the best that is there, or the one that was asked for. */
import { eagerEngine } from "./eager/engine.ts";
import type { Engine } from "./engine.ts";
import { onnxEngine } from "./onnx/engine.ts";

/** Engines by their name in experiment files, best first; `auto` takes the first that is there. */
export const engineNames = ["auto", "tensorflow-gpu", "onnx", "tensorflow-cpu", "webgpu", "wasm", "cpu"] as const;
/** One of them. */
export type EngineName = (typeof engineNames)[number];

/** How an engine may use the machine. */
export interface EngineOptions {
  /** Threads of one program, where the engine has threads. */
  readonly threads: number;
}

/** Opens the engine of that name. Rejects with the reason when a named engine is not there; it never takes another one instead. */
export const openEngine = async (name: EngineName, { threads }: EngineOptions): Promise<Engine> => {
  if (name === "auto" || name === "onnx") return onnxEngine({ threads });
  return eagerEngine(name);
};
