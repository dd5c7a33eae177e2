/** What the library's environment is. */
import { Worker } from "node:worker_threads";
import { afterEach, expect, test, vi } from "vitest";
import { compiledFolder } from "../../../../src/engine/tensorflow/library/compiled-programs.ts";
import {
  checkXla,
  prepareCompiled,
  prepareEngine,
  prepareTensorFlow,
  prepareXla,
} from "../../../../src/engine/tensorflow/library/environment.ts";
import { installedTensorFlow } from "../../../../src/engine/tensorflow/library/folder.ts";
import { workerFile } from "../../../../src/workers/worker-file.ts";
import { tensorFlowVariables } from "../../../fixtures/tensorflow-environment.ts";

const values = (): (string | undefined)[] => tensorFlowVariables.map((name) => process.env[name]);

afterEach(() => vi.unstubAllEnvs());

test("what the user has set stays, the rest is set", () => {
  for (const name of tensorFlowVariables) vi.stubEnv(name, undefined);
  prepareTensorFlow();
  expect(values()).toEqual(["3", "true", undefined, undefined, undefined, undefined]);
  vi.stubEnv("TF_CPP_MIN_LOG_LEVEL", "0");
  vi.stubEnv("TF_NUM_INTEROP_THREADS", "7");
  prepareTensorFlow(2);
  expect(values()).toEqual(["0", "true", "2", "7", undefined, undefined]);
});

test("a worker thread, whose environment is a copy, sets nothing", async () => {
  for (const name of tensorFlowVariables) vi.stubEnv(name, undefined);
  const { url, execArgv } = workerFile(new URL("./preparing-thread.ts", import.meta.url));
  const worker = new Worker(url, { execArgv });
  expect(await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject))).toBe("unset");
});

const safe = "--xla_cpu_experimental_ynn_fusion_type=-reduce";

test.each([
  [undefined, safe],
  ["--xla_dump_to=/x", `--xla_dump_to=/x ${safe}`],
  ["--xla_cpu_experimental_ynn_fusion_type=", "--xla_cpu_experimental_ynn_fusion_type="],
  ["--xla_cpu_experimental_ynn_fusion_type=-individual_dot,-reduce", "--xla_cpu_experimental_ynn_fusion_type=-individual_dot,-reduce"],
])("XLA's flags %s become safe ones", (before, after) => {
  vi.stubEnv("XLA_FLAGS", before);
  prepareXla();
  expect(process.env["XLA_FLAGS"]).toBe(after);
  expect(checkXla).not.toThrow();
});

test.each(["flags.txt", "--xla_cpu_experimental_ynn_fusion_type=reduce"])("XLA's flags %s stay, and are no safe ones", (flags) => {
  vi.stubEnv("XLA_FLAGS", flags);
  prepareXla();
  expect(process.env["XLA_FLAGS"]).toBe(flags);
  expect(checkXla).toThrow(`expected XLA_FLAGS to have ${safe}, got ${flags}; without it`);
});

test("only engines whose programs XLA compiles set its flags", () => {
  for (const name of ["XLA_FLAGS", "TF_XLA_FLAGS"]) vi.stubEnv(name, undefined);
  for (const engine of ["auto", "onnx", "tensorflow-cpu", "tensorflow-gpu"] as const) prepareEngine(engine, 1);
  for (const name of ["XLA_FLAGS", "TF_XLA_FLAGS"]) expect(process.env[name]).toBeUndefined();
  expect(checkXla).toThrow("got nothing");
  prepareEngine("tensorflow", 1);
  expect(process.env["XLA_FLAGS"]).toBe(safe);
});

// Needs the library that `retort engines install tensorflow` installs.
test.skipIf(installedTensorFlow("cpu") === undefined)(
  "XLA keeps what it compiles beside the library, where the user does not say otherwise",
  () => {
    vi.stubEnv("TF_XLA_FLAGS", undefined);
    prepareCompiled();
    const [, set] = /^--tf_xla_persistent_cache_directory=(\S+)$/u.exec(process.env["TF_XLA_FLAGS"] ?? "") ?? [];
    expect(set?.startsWith(compiledFolder())).toBe(true);
    for (const flags of ["", "--tf_xla_max_cluster_size=1"]) {
      vi.stubEnv("TF_XLA_FLAGS", flags);
      prepareCompiled();
      expect(process.env["TF_XLA_FLAGS"]).toBe(flags);
    }
  },
);
