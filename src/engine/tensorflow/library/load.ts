/** Loads TensorFlow's library into this thread, with tfjs-node's kernels and backend on it. */
import { readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { compileFunction } from "node:vm";
import * as tf from "@tensorflow/tfjs";
import { readBoundedText } from "../../../files/regular-file.ts";
import { prepareTensorFlow } from "./environment.ts";
import { folderPaths, installCommand, installedTensorFlow, tensorFlowFolder, type TensorFlowDevice } from "./folder.ts";

/** A tensor of the library: its number there, and its type as the library numbers types. */
export interface TensorMetadata {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** An attribute of an op; `type` is one of the binding's `TF_ATTR_*`. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: boolean | number | object | string | readonly number[];
}

/** Names of the types of tensors and of attributes that the binding has a number for. */
type TypeName =
  | `TF_${"FLOAT" | "INT32" | "INT64" | "BOOL" | "COMPLEX64" | "STRING" | "RESOURCE" | "UINT8"}`
  | `TF_ATTR_${"STRING" | "INT" | "FLOAT" | "BOOL" | "TYPE" | "SHAPE"}`;

/** What is used of the native binding. Its tensors and models are this thread's own. */
export interface TensorFlowBinding extends Readonly<Record<TypeName, number>> {
  readonly TF_Version: string;
  createTensor(shape: readonly number[], dtype: number, values: ArrayBufferView | readonly unknown[]): number;
  deleteTensor(id: number): void;
  /** A copy of a tensor's values. */
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array;
  executeOp(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly number[],
    outputs: number,
  ): TensorMetadata[];
  /** `tags` are separated by commas. */
  loadSavedModel(folder: string, tags: string): number;
  /** Names are separated by commas. */
  runSavedModel(id: number, inputs: readonly number[], inputNames: string, outputNames: string): TensorMetadata[];
  deleteSavedModel(id: number): void;
  getNumOfSavedModels(): number;
  getNumOfTensors(): number;
  isUsingGpuDevice(): boolean;
}

/** What the backend keeps of a tensor: its values until an op needs it, then its number in the library. */
export interface TensorEntry {
  readonly shape: number[];
  readonly dtype: number;
  values: tf.backend_util.BackendValues | null;
  id: number;
  refCount: number;
}

/** TensorFlow.js's backend `tensorflow` on the library. */
export interface TensorFlowBackend extends tf.KernelBackend {
  readonly binding: TensorFlowBinding;
  /** Ops run on a GPU. */
  readonly isUsingGpuDevice: boolean;
  readonly tensorMap: tf.DataStorage<TensorEntry>;
  /** A tensor of TensorFlow.js for one of the library, which it then owns. This backend must be the selected one. */
  createOutputTensor(metadata: TensorMetadata): tf.Tensor;
  /** Numbers in the library of tensors, which are copied there when they are not yet. They stay the tensors' own. */
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[];
}

interface BackendModule {
  readonly NodeJSKernelBackend: new (binding: TensorFlowBinding, packageName: string) => TensorFlowBackend;
}

const require = createRequire(import.meta.url);

/** The bundle calls the constructor of what it extends, as ES5 does; what is a class refuses that. */
function KernelBackend(): void {}
KernelBackend.prototype = tf.KernelBackend.prototype;

/** The TensorFlow.js of this thread as the bundle takes it. */
const given: unknown = Object.create(tf, { KernelBackend: { value: KernelBackend } });

/** The bundle, which registers its kernels with that TensorFlow.js whatever its own folder is. */
const evaluate = (path: string): BackendModule => {
  const code = readBoundedText(path, 2 ** 24);
  const module = { exports: {} };
  const requireHere = (name: string): unknown => (name === "@tensorflow/tfjs" ? given : (require(name) as unknown));
  const run = compileFunction(code, ["require", "module", "exports"], { filename: path }) as (
    ...values: readonly unknown[]
  ) => void;
  run(requireHere, module, module.exports);
  return module.exports as BackendModule;
};

/**
 * A process has one build of the library: the loader takes the one that is there for another of the same name, so what
 * was meant for a GPU would compute on the processor, or the other way round. `Error` then.
 */
const checkMapped = (device: TensorFlowDevice, folder: string): void => {
  if (process.platform !== "linux") return;
  const libraries = readFileSync("/proc/self/maps", "utf8").matchAll(/(\/.*)\/libtensorflow_cc\.so\.2$/gmu);
  const others = new Set([...libraries].map(([, path]) => path).filter((path) => path !== folder));
  if (others.size === 0) return;
  throw new Error(
    `tensorflow-${device}: another build of TensorFlow is loaded in this process, from ${[...others].join(", ")}; ` +
      "use one of them in one process",
  );
};

const load = (device: TensorFlowDevice): TensorFlowBackend => {
  prepareTensorFlow();
  const folder = tensorFlowFolder(device);
  const library = realpathSync(join(folder, folderPaths.tensorflow));
  checkMapped(device, library);
  const binding = require(join(folder, folderPaths.binding)) as TensorFlowBinding;
  const { NodeJSKernelBackend } = evaluate(join(folder, folderPaths.backend));
  const backend = new NodeJSKernelBackend(
    binding,
    device === "gpu" ? "@tensorflow/tfjs-node-gpu" : "@tensorflow/tfjs-node",
  );
  tf.registerBackend("tensorflow", () => backend);
  return backend;
};

let loaded: { readonly device: TensorFlowDevice; readonly backend: TensorFlowBackend } | undefined;

/**
 * Loads what `retort engines install tensorflow` installed, once in this thread, and registers it with TensorFlow.js as
 * the backend `tensorflow`. Rejects with the reason and the remedy where nothing is installed, where the library does
 * not load, and where this process has the build for another device. Whether a GPU is there, `isUsingGpuDevice` says.
 */
export const loadTensorFlow = async (device: TensorFlowDevice): Promise<TensorFlowBackend> => {
  if (loaded?.device === device) return loaded.backend;
  if (installedTensorFlow(device) === undefined)
    throw new Error(`TensorFlow's library is not installed; ${installCommand(device)}`);
  if (loaded !== undefined)
    throw new Error(`tensorflow-${device}: this thread has tensorflow-${loaded.device} already`);
  loaded = { device, backend: load(device) };
  return loaded.backend;
};
