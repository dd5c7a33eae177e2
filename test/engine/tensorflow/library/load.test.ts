/** Loading TensorFlow's library: in this thread, in others one after another and at once, and where it is not there. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import * as tf from "@tensorflow/tfjs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { installedTensorFlow } from "../../../../src/engine/tensorflow/library/folder.ts";
import { loadTensorFlow } from "../../../../src/engine/tensorflow/library/load.ts";
import { workerFile } from "../../../../src/workers/worker-file.ts";

afterEach(() => vi.unstubAllEnvs());

/** What a thread of its own computes on the library: the product of [1, 2] and its transpose, and how many tensors it leaves. */
const computeInThread = (): Promise<unknown> => {
  const { url, execArgv } = workerFile(new URL("./loading-thread.ts", import.meta.url));
  return new Promise((resolve, reject) => {
    let answer: unknown;
    const worker = new Worker(url, { execArgv });
    worker.on("message", (value: unknown) => (answer = value));
    worker.on("error", reject);
    worker.on("exit", () => resolve(answer));
  });
};

// Needs the library that `retort engines install tensorflow` installs.
describe.skipIf(installedTensorFlow("cpu") === undefined)("an installed library", () => {
  test("computes, and is the same at every call", async () => {
    const backend = await loadTensorFlow("cpu");
    expect(await loadTensorFlow("cpu")).toBe(backend);
    expect(backend.binding.TF_Version).toBe(installedTensorFlow("cpu")?.version);
    expect(backend.isUsingGpuDevice).toBe(false);
    expect(tf.findBackend("tensorflow")).toBe(backend);
    await tf.setBackend("tensorflow");
    const id = backend.binding.createTensor([1, 2], backend.binding.TF_FLOAT, Float32Array.of(3, 4));
    const attributes = [
      { name: "T", type: backend.binding.TF_ATTR_TYPE, value: backend.binding.TF_FLOAT },
      { name: "transpose_a", type: backend.binding.TF_ATTR_BOOL, value: false },
      { name: "transpose_b", type: backend.binding.TF_ATTR_BOOL, value: true },
    ];
    const [product] = backend.binding.executeOp("MatMul", attributes, [id, id], 1);
    expect(product).toMatchObject({ shape: [1, 1], dtype: backend.binding.TF_FLOAT });
    expect([...backend.binding.tensorDataSync(product!.id)]).toEqual([25]);
    const tensor = backend.createOutputTensor(product!);
    expect(backend.getInputTensorIds([tensor])).toEqual([product!.id]);
    expect(backend.tensorMap.get(tensor.dataId).id).toBe(product!.id);
    tensor.dispose();
    backend.binding.deleteTensor(id);
    expect(backend.binding.getNumOfTensors()).toBe(0);
  });

  test("what the library refuses is an error with its reason", async () => {
    const { binding } = await loadTensorFlow("cpu");
    expect(() => binding.executeOp("NoSuchOp", [], [], 1)).toThrow(/NoSuchOp/);
    expect(() => binding.loadSavedModel("no-such-folder", "serve")).toThrow(/no-such-folder/);
  });

  test("threads have it one after another and at once", async () => {
    const right = { values: [5], tensors: 0 };
    expect(await computeInThread()).toEqual(right);
    expect(await Promise.all([computeInThread(), computeInThread()])).toEqual([right, right]);
    expect(await computeInThread()).toEqual(right);
  });
});

test("where nothing is installed, the remedy is said", async () => {
  const cache = mkdtempSync(join(tmpdir(), "retort-engines-"));
  vi.stubEnv("XDG_CACHE_HOME", cache);
  await expect(loadTensorFlow("gpu")).rejects.toThrow("TensorFlow's library is not installed; retort engines install tensorflow --gpu");
  rmSync(cache, { recursive: true });
});
