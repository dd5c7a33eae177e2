/** Which library an engine runs on. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { engineLibrary } from "../../../../src/engine/tensorflow/library/build.ts";
import { tensorFlowFolder } from "../../../../src/engine/tensorflow/library/folder.ts";

test("an engine on TensorFlow names the build that is installed for its device, others none", () => {
  const cache = mkdtempSync(join(tmpdir(), "retort-engines-"));
  vi.stubEnv("XDG_CACHE_HOME", cache);
  expect(engineLibrary("tensorflow-gpu")).toBeUndefined();
  mkdirSync(tensorFlowFolder("gpu"), { recursive: true });
  const installation = {
    version: "2.21.0",
    wheel: { name: "tensorflow.whl", sha256: "00" },
    compiler: "g++ 12",
    files: { "tfjs_binding.node": "11", "backend.cjs": "22" },
  };
  writeFileSync(join(tensorFlowFolder("gpu"), "installed.json"), JSON.stringify(installation));
  expect(engineLibrary("tensorflow-gpu")).toEqual({
    name: "TensorFlow",
    version: "2.21.0",
    wheel: "tensorflow.whl",
    sha256: "00",
    binding: "11",
    compiler: "g++ 12",
  });
  for (const engine of ["tensorflow-cpu", "onnx", "auto", "cpu"] as const) expect(engineLibrary(engine)).toBeUndefined();
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true });
});
