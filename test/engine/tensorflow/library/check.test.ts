/** Whether what is installed works, and is what was installed. */
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkLibrary, tryLibrary } from "../../../../src/engine/tensorflow/library/check.ts";
import { installedTensorFlow, tensorFlowFolder } from "../../../../src/engine/tensorflow/library/folder.ts";
import { ownEnginesCache } from "../../../fixtures/engines-cache.ts";

// Needs the library that `retort engines install tensorflow` installs.
test.skipIf(installedTensorFlow("cpu") === undefined)("an installed library is as it was, and computes", async () => {
  const loaded = { version: "2.21.0", gpu: false };
  expect(await checkLibrary("cpu")).toEqual({ device: "cpu", ok: true, changed: [], loaded });
});

describe("a folder of another cache", () => {
  ownEnginesCache();

  /** A binding that is text. */
  const install = (): void => {
    const folder = tensorFlowFolder("cpu");
    mkdirSync(join(folder, "library", "tensorflow"), { recursive: true });
    writeFileSync(join(folder, "tfjs_binding.node"), "text");
    const files = { "tfjs_binding.node": createHash("sha256").update("text").digest("hex") };
    writeFileSync(join(folder, "installed.json"), JSON.stringify({ version: "2.21.0", wheel: {}, files }));
  };

  test("that has nothing is refused", async () => {
    await expect(checkLibrary("cpu")).rejects.toThrow("tensorflow-cpu is not installed");
    await expect(tryLibrary("cpu")).rejects.toThrow(
      /tensorflow-cpu: the library does not load: TensorFlow's library is not installed; retort engines install tensorflow/,
    );
  });

  test("whose files are others or missing is not loaded, and says which", async () => {
    install();
    writeFileSync(join(tensorFlowFolder("cpu"), "tfjs_binding.node"), "texts");
    const found = { device: "cpu", ok: false, changed: ["tfjs_binding.node"], reason: "changed or missing: tfjs_binding.node" };
    expect(await checkLibrary("cpu")).toEqual(found);
    rmSync(join(tensorFlowFolder("cpu"), "tfjs_binding.node"));
    expect(await checkLibrary("cpu")).toEqual(found);
  });

  test("whose files are as recorded and do not load says why", async () => {
    install();
    const { ok, changed, reason } = await checkLibrary("cpu");
    expect({ ok, changed }).toEqual({ ok: false, changed: [] });
    expect(reason).toMatch(/^tensorflow-cpu: the library does not load: .*tfjs_binding\.node/);
  });
});
