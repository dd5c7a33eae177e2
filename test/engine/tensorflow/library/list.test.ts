/** What is installed, listed and removed. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tensorFlowFolder } from "../../../../src/engine/tensorflow/library/folder.ts";
import { installableEngines, removeTensorFlow } from "../../../../src/engine/tensorflow/library/list.ts";
import { ownEnginesCache } from "../../../fixtures/engines-cache.ts";

const cache = ownEnginesCache();

const write = (folder: string, record: string): void => {
  mkdirSync(join(folder, "library"), { recursive: true });
  writeFileSync(join(folder, "library", "file"), "12345");
  writeFileSync(join(folder, "installed.json"), record);
};
const record = JSON.stringify({ version: "2.21.0", date: "2026-01-01T00:00:00.000Z", wheel: {}, files: {} });
const other = (): string => tensorFlowFolder("cpu").replace("2.21.0", "2.20.0");

test("without any, each is listed with the command that brings it", async () => {
  expect(await installableEngines()).toEqual([
    {
      name: "tensorflow-cpu",
      version: "2.21.0",
      state: "not there",
      folder: tensorFlowFolder("cpu"),
      remedy: "retort engines install tensorflow",
    },
    {
      name: "tensorflow-gpu",
      version: "2.21.0",
      state: "not there",
      folder: tensorFlowFolder("gpu"),
      remedy: "retort engines install tensorflow --gpu",
    },
  ]);
  expect(await removeTensorFlow("cpu")).toEqual([]);
});

test("those that are there are listed with their sizes, damaged ones and those of other versions as such", async () => {
  write(tensorFlowFolder("cpu"), record);
  write(other(), record);
  write(tensorFlowFolder("gpu"), "");
  const [current, older, gpu] = await installableEngines();
  expect(current).toEqual({
    name: "tensorflow-cpu",
    version: "2.21.0",
    state: "installed",
    folder: tensorFlowFolder("cpu"),
    bytes: record.length + 5,
    date: "2026-01-01T00:00:00.000Z",
  });
  expect(older).toMatchObject({ version: "2.20.0", state: "of another version", folder: other(), bytes: record.length + 5 });
  expect(gpu).toMatchObject({ state: "damaged", remedy: expect.stringContaining("retort engines remove tensorflow --gpu") as unknown });
});

test("removing takes all versions for a device, and leaves the others", async () => {
  for (const folder of [tensorFlowFolder("cpu"), other(), tensorFlowFolder("gpu")]) write(folder, record);
  expect(await removeTensorFlow("cpu")).toEqual([other(), tensorFlowFolder("cpu")]);
  expect(readdirSync(join(cache(), "retort", "engines"))).toEqual(["tensorflow-gpu-2.21.0"]);
});
