/** Makes TensorFlow.js's backends ready in this thread, each from its own package. */
import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs";
import { repairGradients } from "../gradients.ts";
import { installCommand, installedTensorFlow, type TensorFlowDevice } from "../tensorflow/library/folder.ts";
import { loadTensorFlow } from "../tensorflow/library/load.ts";
import { copyBeforeWriting } from "./cpu.ts";
import { refuseMixedBatches } from "./products.ts";
import { countAxesFromTheEnd } from "./tensorflow.ts";
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

/** Packages of npm that bring the library themselves, where their install scripts can fetch it. */
const packages = { cpu: "@tensorflow/tfjs-node", gpu: "@tensorflow/tfjs-node-gpu" } as const;

const isInstalled = (name: string): boolean => {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
};

const loadPackage = async (device: TensorFlowDevice): Promise<tf.KernelBackend> => {
  const name = packages[device];
  try {
    await import(name);
  } catch (error) {
    throw new Error(
      `the package ${name} has no native library that works here, and Retort's own is not installed; ` +
        installCommand(device),
      { cause: error },
    );
  }
  await tf.setBackend("tensorflow");
  return tf.backend();
};

/** What `retort engines` installed, or else a package of npm. */
const loadTensorFlowOn = async (device: TensorFlowDevice): Promise<string> => {
  const own = installedTensorFlow(device) !== undefined || !isInstalled(packages[device]);
  const backend = await (own ? loadTensorFlow(device) : loadPackage(device));
  // Without a device TensorFlow would compute on the CPU and say nothing.
  if (device === "gpu" && (backend as { isUsingGpuDevice?: boolean }).isUsingGpuDevice !== true)
    throw new Error("TensorFlow sees no CUDA device; it needs an NVIDIA GPU and its driver");
  countAxesFromTheEnd();
  return "tensorflow";
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
  if (!isInstalled(name)) throw new Error(`the package ${name} is not installed; npm install ${name}`);
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
  "tensorflow-gpu": () => loadTensorFlowOn("gpu"),
  "tensorflow-cpu": () => loadTensorFlowOn("cpu"),
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
