/** Which engine runs on this machine: the best that is there, or the one that was chosen. */
import { existsSync } from "node:fs";
import { eagerEngine } from "./eager/engine.ts";
import type { Engine } from "./engine.ts";
import { engineNames, type EngineName } from "./names.ts";
import { probeEngine } from "./probe.ts";
import { prepareEngine } from "./tensorflow/library/environment.ts";

/** The name of an engine itself. */
export type ConcreteEngineName = Exclude<EngineName, "auto" | "tensorflow-bfloat16">;

/** How an engine may use the machine. */
export interface EngineOptions {
  /** Threads of one program, where the engine has threads. */
  readonly threads: number;
  /** Threads wait for their next work without sleeping, where the engine has threads. Default true. */
  readonly spinning?: boolean;
}

/** All but `auto`, best first. */
export const concreteEngineNames: readonly ConcreteEngineName[] = engineNames.filter((name) => name !== "auto");

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).trim();

const openOnnx = async (options: EngineOptions): Promise<Engine> => {
  try {
    const { onnxEngine } = await import("./onnx/engine.ts");
    return onnxEngine(options);
  } catch (error) {
    throw new Error(
      `ONNX Runtime's native library does not load here: ${reasonOf(error)}; install Retort anew on this machine, ` +
        "or choose another engine",
      { cause: error },
    );
  }
};

/** Where the driver of an NVIDIA card shows itself; in WSL the card is behind /dev/dxg. */
const cudaDevices = [
  "/dev/nvidiactl",
  "/proc/driver/nvidia/version",
  "/dev/dxg",
  String.raw`C:\Windows\System32\nvcuda.dll`,
];

/**
 * Finds out as cheaply as it can without trusting what it has not seen: native libraries that may crash are tried in a
 * process of their own.
 */
const isThere = async (name: ConcreteEngineName): Promise<boolean> => {
  if (name === "cpu") return true;
  if (name === "onnx") {
    return openOnnx({ threads: 1 }).then(
      () => true,
      () => false,
    );
  }
  if (name === "tensorflow-gpu" && !cudaDevices.some((path) => existsSync(path))) return false;
  return (await probeEngine(name)).found;
};

/** The engine that `auto` means on this machine. */
export const chooseEngine = async (): Promise<ConcreteEngineName> => {
  for (const name of concreteEngineNames) if (await isThere(name)) return name;
  return "cpu";
};

/**
 * Opens the engine of that name. The engine called `onnx` here reports itself as `onnx-cpu`. Rejects with the reason
 * and the remedy when a named engine is not there; it never takes another one instead.
 */
export const openEngine = async (name: EngineName, options: EngineOptions): Promise<Engine> => {
  const concrete = name === "auto" ? await chooseEngine() : name;
  if (concrete === "onnx") return openOnnx(options);
  prepareEngine(concrete, options.threads);
  try {
    if (concrete === "tensorflow" || concrete === "tensorflow-bfloat16") {
      const { tensorflowEngine } = await import("./tensorflow/engine.ts");
      return await tensorflowEngine({ bfloat16: concrete === "tensorflow-bfloat16" });
    }
    return await eagerEngine(concrete);
  } catch (error) {
    throw new Error(`the engine ${concrete} is not there: ${reasonOf(error)}; retort doctor lists those that are`, {
      cause: error,
    });
  }
};
