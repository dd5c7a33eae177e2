/** Makes TensorFlow.js's backends ready in this thread, each from its own package. */
import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs";
import { repairGradients } from "../gradients.ts";
import { copyBeforeWriting } from "./cpu.ts";
import { refuseMixedBatches } from "./products.ts";
import { addMissingKernels, correctKernels, transposeBeforeProducts } from "./wasm.ts";

/** Backends that the eager engine can use, by the name that `engine` has in experiment files. */
export const eagerBackends = ["tensorflow-gpu", "tensorflow-cpu", "webgpu", "wasm", "cpu"] as const;
/** One of them. */
export type EagerBackend = (typeof eagerBackends)[number];

/** `shipped` leaves wasm's own slow products as they are, to measure what the repair brings. */
export interface BackendOptions {
  readonly shippedWasm?: boolean;
}

const require = createRequire(import.meta.url);

const installed = (name: string): void => {
  try {
    require.resolve(name);
  } catch {
    throw new Error(`the package ${name} is not installed; npm install ${name}`);
  }
};

const loadTensorFlow = async (name: string): Promise<string> => {
  installed(name);
  try {
    await import(name);
  } catch (error) {
    throw new Error(
      `the package ${name} has no native library that works here (its install script fetches libtensorflow ` +
        `from outside the npm registry); npm rebuild ${name}`,
      { cause: error },
    );
  }
  return "tensorflow";
};

const loadTensorFlowGpu = async (): Promise<string> => {
  const name = await loadTensorFlow("@tensorflow/tfjs-node-gpu");
  await tf.setBackend(name);
  // Without a device TensorFlow would compute on the CPU and say nothing.
  if ("isUsingGpuDevice" in tf.backend() && (tf.backend() as { isUsingGpuDevice?: boolean }).isUsingGpuDevice === true)
    return name;
  throw new Error("TensorFlow sees no CUDA device; it needs an NVIDIA driver, CUDA 11 and cuDNN 8");
};

const noAdapter =
  "Dawn accepts no WebGPU adapter here; it needs a driver for Vulkan, Metal or D3D12. Without a GPU, Mesa 23 " +
  "or later (mesa-vulkan-drivers) runs it " +
  "in software, or Chromium's SwiftShader: VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json";

/** What is used of the package webgpu. It may be missing when this is compiled, so its own types are not imported. */
interface Dawn {
  readonly create: (flags: readonly string[]) => { requestAdapter(): Promise<unknown> };
  readonly globals: Readonly<Record<string, unknown>>;
}

const loadWebGpu = async (): Promise<string> => {
  const name: string = "webgpu";
  installed(name);
  const { create, globals } = (await import(name)) as Dawn;
  Object.assign(globalThis, globals);
  // TensorFlow.js registers its backend only where navigator.gpu is there at import.
  const gpu = create([]);
  Object.defineProperty(globalThis, "navigator", {
    value: { gpu, userAgent: "node" },
    configurable: true,
    writable: true,
  });
  if ((await gpu.requestAdapter()) === null) throw new Error(noAdapter);
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
  "tensorflow-gpu": loadTensorFlowGpu,
  "tensorflow-cpu": () => loadTensorFlow("@tensorflow/tfjs-node"),
  webgpu: loadWebGpu,
  wasm: loadWasm,
  cpu: async () => {
    copyBeforeWriting();
    return "cpu";
  },
};

const loaded = new Map<EagerBackend, Promise<string>>();

const load = async (backend: EagerBackend, options: BackendOptions): Promise<string> => {
  // Without it the cpu backend prints an advertisement at its first tensor.
  tf.env().set("PROD", true);
  repairGradients();
  const name = await loaders[backend](options);
  if (!(await tf.setBackend(name))) throw new Error(`TensorFlow.js could not start its backend ${name}`);
  await tf.ready();
  if (name !== "tensorflow") refuseMixedBatches(name);
  return name;
};

/**
 * Loads a backend once in this thread and gives the name under which TensorFlow.js knows it. Rejects with the reason
 * when it is not there.
 */
export const loadBackend = (backend: EagerBackend, options: BackendOptions = {}): Promise<string> => {
  const known = loaded.get(backend);
  if (known !== undefined) return known;
  const loading = load(backend, options);
  loaded.set(backend, loading);
  return loading;
};
