/** Engines: how programs of tensors run, and which engine this machine has. */
export { chooseEngine, openEngine } from "../engine/choose.ts";
export { engineNames } from "../engine/names.ts";
export type { ConcreteEngineName, EngineOptions } from "../engine/choose.ts";
export type { EngineName } from "../engine/names.ts";
export type { Buffer, Engine, Executable } from "../engine/engine.ts";
export { inspectEngines } from "../engine/inspect.ts";
export type { InspectedEngine } from "../engine/inspect.ts";
export { float32, int32 } from "../engine/program.ts";
export type { DataType, NamedTensors, Program, TensorSpec, TypedArray } from "../engine/program.ts";
