/** Where the library is, and the record of it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { installedTensorFlow, tensorFlowFolder, type Installation } from "../../../../src/engine/tensorflow/library/folder.ts";

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "retort-engines-"));
  vi.stubEnv("XDG_CACHE_HOME", cache);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true });
});

const write = (text: string): void => {
  mkdirSync(tensorFlowFolder("gpu"), { recursive: true });
  writeFileSync(join(tensorFlowFolder("gpu"), "installed.json"), text);
};

test("builds for different devices are in different folders of the user's cache", () => {
  expect(tensorFlowFolder("cpu")).toBe(join(cache, "retort", "engines", "tensorflow-cpu-2.21.0"));
  expect(tensorFlowFolder("gpu")).toBe(join(cache, "retort", "engines", "tensorflow-gpu-2.21.0"));
});

test("without a folder nothing is installed; with one its record says what", () => {
  expect(installedTensorFlow("gpu")).toBeUndefined();
  const record: Installation = {
    version: "2.21.0",
    device: "gpu",
    wheel: { name: "tensorflow.whl", sha256: "00" },
    cuda: [],
    packages: [],
    compiler: "g++",
    date: "2026-01-01T00:00:00.000Z",
    files: {},
  };
  write(JSON.stringify(record));
  expect(installedTensorFlow("gpu")).toEqual(record);
  expect(installedTensorFlow("cpu")).toBeUndefined();
});

test.each(["", "{", "null", "[]", '{"version":1}', '{"version":"2.21.0","wheel":{"name":"x"},"files":null}'])(
  "a record that says %j is refused with the remedy",
  (text) => {
    write(text);
    expect(() => installedTensorFlow("gpu")).toThrow(
      /installed\.json is not what retort engines wrote; retort engines remove tensorflow --gpu, then retort engines install tensorflow --gpu$/,
    );
  },
);
