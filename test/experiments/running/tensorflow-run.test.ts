/** A whole experiment on TensorFlow's library, whose threads each load it. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { installedTensorFlow } from "../../../src/engine/tensorflow/library/folder.ts";
import { execute } from "../../../src/experiments/running/execute.ts";
import { planExperiment } from "../../../src/experiments/planning/run-plan.ts";
import { compiledCommand } from "../../fixtures/compiled-command.ts";
import { openThreads } from "../../fixtures/threads.ts";
import { keepTensorFlowVariables } from "../../fixtures/tensorflow-environment.ts";

keepTensorFlowVariables();

const file = "test/fixtures/experiments/small.yaml";

/** Runs it in folders of its own, and gives its manifest and its student's weights. */
const perform = async (engine: string): Promise<{ folder: string; manifest: unknown; weights: Buffer }> => {
  const planned = planExperiment(file, [`/engine=${engine}`]);
  const root = mkdtempSync(join(tmpdir(), "retort-tensorflow-"));
  const folder = join(root, "runs", "small", `run-${planned[0]!.id.slice(0, 16)}`);
  await new Promise<void>((resolve, reject) => {
    const roots = { out: join(root, "runs"), cache: join(root, "cache") };
    execute(planned, { ...roots, signal: new AbortController().signal }).subscribe({ complete: resolve, error: reject });
  });
  const manifest: unknown = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
  const weights = readFileSync(join(folder, "student", "model.safetensors"));
  rmSync(root, { recursive: true });
  return { folder: basename(folder), manifest, weights };
};

/** Weights of two runs in processes of their own: XLA compiles all programs of one, and reads those of the other. */
const compiledAnewAndRead = (folder: string): readonly Buffer[] => {
  const read = { ...process.env };
  delete read["TF_XLA_FLAGS"];
  return [{ ...read, TF_XLA_FLAGS: "" }, read].map((env) => {
    const root = mkdtempSync(join(tmpdir(), "retort-tensorflow-"));
    const roots = ["--out", join(root, "runs"), "--cache", join(root, "cache")];
    execFileSync(process.execPath, [compiledCommand, "run", file, "/engine=tensorflow", "--quiet", ...roots], { env });
    const weights = readFileSync(join(root, "runs", "small", folder, "student", "model.safetensors"));
    rmSync(root, { recursive: true });
    return weights;
  });
};

// Needs the library that `retort engines install tensorflow` installs.
describe.skipIf(installedTensorFlow("cpu") === undefined)("an experiment on TensorFlow's library", () => {
  test.each(["tensorflow-cpu", "tensorflow"])("gives the same bytes again on %s, and its manifest names the build", async (engine) => {
    const first = await perform(engine);
    expect(openThreads()).toBe(0);
    const installation = installedTensorFlow("cpu")!;
    expect(first.manifest).toMatchObject({
      status: "done",
      engine: {
        name: engine,
        library: {
          name: "TensorFlow",
          version: installation.version,
          wheel: installation.wheel.name,
          sha256: installation.wheel.sha256,
          binding: installation.files["tfjs_binding.node"],
        },
      },
    });
    const again = engine === "tensorflow" ? compiledAnewAndRead(first.folder) : [(await perform(engine)).weights];
    for (const weights of again) expect(weights.equals(first.weights)).toBe(true);
  });
});
