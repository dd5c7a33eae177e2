/** How fast the compiled engines are on this machine, measured in a process of its own. */
import { askProcess } from "../../engine/own-process.ts";
import type { ConcreteEngineName } from "../../engine/choose.ts";
import type { EngineName } from "../../engine/names.ts";

/** The two works on one engine; in ms, medians of runs that take turns with those of the other engines. */
export interface EngineSpeed {
  readonly engine: EngineName;
  /** An update of the decoder `training`. */
  readonly update: number;
  /** A batch of completions of the decoder `sampling`. */
  readonly draw: number;
}

/** Engines that run a whole program in one call, each with the precisions it has. */
const compiled: Readonly<Partial<Record<ConcreteEngineName, readonly EngineName[]>>> = {
  onnx: ["onnx"],
  tensorflow: ["tensorflow", "tensorflow-bfloat16"],
};

/** Milliseconds that measuring may take: XLA compiles four programs, and a slow machine is slow. */
const patience = 300_000;

const isFailure = (value: unknown): value is { readonly failure: string } =>
  typeof value === "object" && value !== null && "failure" in value;

const isSpeed = (value: unknown): value is EngineSpeed =>
  typeof value === "object" && value !== null && "engine" in value && "update" in value && "draw" in value;

/**
 * Measures those of the engines that are compiled ones, with so many threads. Takes 20 s where both are there. `Error`
 * with the reason where the process that measures fails.
 */
export const measureEngines = async (
  engines: readonly ConcreteEngineName[],
  threads: number,
): Promise<readonly EngineSpeed[]> => {
  const names = engines.flatMap((name) => compiled[name] ?? []);
  const url = new URL("./speed-process.ts", import.meta.url);
  const answer = await askProcess(url, [String(threads), ...names], { patience });
  if ("value" in answer && Array.isArray(answer.value) && answer.value.every(isSpeed)) return answer.value;
  const reason =
    "ending" in answer ? answer.ending : isFailure(answer.value) ? answer.value.failure : "the process gave no answer";
  throw new Error(`the engines were not measured: ${reason}`);
};
