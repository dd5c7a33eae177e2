/** What the library's environment is. */
import { Worker } from "node:worker_threads";
import { afterEach, expect, test, vi } from "vitest";
import { prepareTensorFlow } from "../../../../src/engine/tensorflow/library/environment.ts";
import { workerFile } from "../../../../src/workers/worker-file.ts";
import { tensorFlowVariables } from "../../../fixtures/tensorflow-environment.ts";

const values = (): (string | undefined)[] => tensorFlowVariables.map((name) => process.env[name]);

afterEach(() => vi.unstubAllEnvs());

test("what the user has set stays, the rest is set", () => {
  for (const name of tensorFlowVariables) vi.stubEnv(name, undefined);
  prepareTensorFlow();
  expect(values()).toEqual(["3", "true", undefined, undefined]);
  vi.stubEnv("TF_CPP_MIN_LOG_LEVEL", "0");
  vi.stubEnv("TF_NUM_INTEROP_THREADS", "7");
  prepareTensorFlow(2);
  expect(values()).toEqual(["0", "true", "2", "7"]);
});

test("a worker thread, whose environment is a copy, sets nothing", async () => {
  for (const name of tensorFlowVariables) vi.stubEnv(name, undefined);
  const { url, execArgv } = workerFile(new URL("./preparing-thread.ts", import.meta.url));
  const worker = new Worker(url, { execArgv });
  expect(await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject))).toBe("unset");
});
