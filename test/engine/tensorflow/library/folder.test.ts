/** Where the library is, and the record of it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { installedTensorFlow, tensorFlowFolder } from "../../../../src/engine/tensorflow/library/folder.ts";
import { installationOf, ownEnginesCache } from "../../../fixtures/engines-cache.ts";

const cache = ownEnginesCache();

const write = (text: string): void => {
  mkdirSync(tensorFlowFolder("gpu"), { recursive: true });
  writeFileSync(join(tensorFlowFolder("gpu"), "installed.json"), text);
};

test("builds for different devices are in different folders of the user's cache", () => {
  expect(tensorFlowFolder("cpu")).toBe(join(cache(), "retort", "engines", "tensorflow-cpu-2.21.0"));
  expect(tensorFlowFolder("gpu")).toBe(join(cache(), "retort", "engines", "tensorflow-gpu-2.21.0"));
});

test("without a folder nothing is installed; with one its record says what", () => {
  expect(installedTensorFlow("gpu")).toBeUndefined();
  const record = installationOf("gpu");
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
