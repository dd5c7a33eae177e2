/** Makes TensorFlow.js's backends ready in this thread, each from its own package. */
import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs";
import { repairGradients } from "../gradients.ts";
import { addMissingKernels, correctKernels, transposeBeforeProducts } from "./wasm.ts";

/** Backends that the eager engine can use, by the name that `engine` has in experiment files. */
export const eagerBackends = ["tensorflow-gpu", "tensorflow-cpu", "webgpu", "wasm", "cpu"] as const;
/** One of them. */
export type EagerBackend = (typeof eagerBackends)[number];

/** `shipped` leaves wasm's own slow products in place, to measure what the repair brings. */
export interface BackendOptions {
  readonly shippedWasm?: boolean;
}

const require = createRequire(import.meta.url);

const loadTensorFlow = async (name: string): Promise<string> => {
  try {
    require.resolve(name);
  } catch {
    throw new Error(`the package ${name} is not installed; npm install ${name} downloads libtensorflow from outside the npm registry`);
  }
  await import(name);
  return "tensorflow";
};

const loadWebGpu = async (): Promise<string> => {
  const { create, globals } = await import("webgpu");
  Object.assign(globalThis, globals);
  // TensorFlow.js registers its backend only where navigator.gpu is there at import.
  const gpu = create([]);
  Object.defineProperty(globalThis, "navigator", { value: { gpu, userAgent: "node" }, configurable: true, writable: true });
  const adapter = await gpu.requestAdapter();
  if (adapter === null)
    throw new Error("no WebGPU adapter was found: it needs a Vulkan driver (Debian: mesa-vulkan-drivers runs it in software)");
  await import("@tensorflow/tfjs-backend-webgpu");
  return "webgpu";
};

const loadWasm = async ({ shippedWasm = false }: BackendOptions): Promise<string> => {
  const { setThreadsCount } = await import("@tensorflow/tfjs-backend-wasm");
  setThreadsCount(1);
  addMissingKernels();
  correctKernels();
  if (!shippedWasm) transposeBeforeProducts();
  return "wasm";
};

const loaders: Readonly<Record<EagerBackend, (options: BackendOptions) => Promise<string>>> = {
  "tensorflow-gpu": () => loadTensorFlow("@tensorflow/tfjs-node-gpu"),
  "tensorflow-cpu": () => loadTensorFlow("@tensorflow/tfjs-node"),
  webgpu: loadWebGpu,
  wasm: loadWasm,
  cpu: () => Promise.resolve("cpu"),
};

const loaded = new Map<EagerBackend, Promise<string>>();

const load = async (backend: EagerBackend, options: BackendOptions): Promise<string> => {
  // Without it the cpu backend prints an advertisement at its first tensor.
  tf.env().set("PROD", true);
  repairGradients();
  const name = await loaders[backend](options);
  if (!(await tf.setBackend(name))) throw new Error(`TensorFlow.js could not start its backend ${name}`);
  await tf.ready();
  return name;
};

/** Loads a backend once in this thread and gives the name under which TensorFlow.js knows it. Rejects with the reason when it is not there. */
export const loadBackend = (backend: EagerBackend, options: BackendOptions = {}): Promise<string> => {
  const known = loaded.get(backend);
  if (known !== undefined) return known;
  const loading = load(backend, options);
  loaded.set(backend, loading);
  return loading;
};
