/** Tests of `retort compare`. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../../../src/cli/program.ts";
import { contentHash } from "../../../src/files/canonical-json.ts";
import { writeRunFolder } from "../../fixtures/run-folders.ts";
import { recorder } from "../recorder.ts";

const root = mkdtempSync(join(tmpdir(), "retort-compare-"));
const folders = [0, 1].map((seed) => {
  const folder = writeRunFolder(root, { values: { alpha: 1, text: "x".repeat(99), seed }, accuracy: 0.5, metrics: { loss: seed } });
  writeFileSync(join(folder, "metrics.jsonl"), "the same");
  return folder;
});
const again = writeRunFolder(root, {
  values: { alpha: 1, text: "x".repeat(99), seed: 0 },
  accuracy: 0.5,
  metrics: { loss: 0 },
  again: "-2",
});

const retort = async (...args: string[]) => {
  const { terminal, output, errors } = recorder();
  return { code: await main(["compare", ...args], terminal), output: output(), errors: errors() };
};

test("shows what differs, and how much is the same", async () => {
  const { code, output } = await retort(...folders);
  expect(code).toBe(0);
  expect(output).toMatch(
    /^A {2}trial, done {2}.*\nB {2}trial, done {2}.*\n\nparameter +A +B\n-+ .*\n\/seed +0 +1\n\(4 more are the same\)\n\nmetric +A +B\n.*\nloss +0 +1\n\(1 more are the same\)\n/u,
  );
  expect(output.endsWith("\nthe same to the bit: metrics.jsonl\n")).toBe(true);
  expect((await retort(...folders, "--all")).output).toMatch(/\/text +x+… +x+…\n/u);
});

test("says that runs are the same", async () => {
  writeFileSync(join(again, "metrics.jsonl"), "the same");
  const { output } = await retort(folders[0]!, again);
  expect(output).toContain("parameter: all 5 are the same\n\nmetric: all 2 are the same\n\nthe same to the bit: metrics.jsonl\n");
});

test("code, data, checkpoints, stages, version and engine are shown where they differ", async () => {
  const hashes = ["first", "second"].map(contentHash);
  const made = hashes.map((hash, i) =>
    writeRunFolder(join(root, "elsewhere"), {
      version: `0.${i}`,
      engine: `engine-${i}`,
      again: `-${i + 1}`,
      made: { files: { "reward.ts": hash }, checkpoints: { base: { path: "base", hash } }, stages: { sft: hash } },
    }),
  );
  const { output } = await retort(...made);
  const [a, b] = hashes.map((hash) => hash.slice(0, 8));
  for (const name of ["file reward.ts", "checkpoint base", "stage sft"]) expect(output).toMatch(new RegExp(`^${name} +${a} +${b}$`, "mu"));
  expect(output).toMatch(/^version +0\.0 +0\.1\n(?:.*\n)*engine +engine-0 +engine-1$/mu);
});

test("prints JSON", async () => {
  expect(JSON.parse((await retort(...folders, "--json")).output)).toMatchObject({
    runs: [{ folder: folders[0] }, { folder: folders[1] }],
    metrics: [{ name: "loss", values: [0, 1], same: false }, { name: "accuracy" }],
    files: { same: ["metrics.jsonl"], different: [] },
  });
});

test("asks for runs", async () => {
  expect((await retort(folders[0]!)).errors).toContain("expected at least two runs, got 1");
  expect((await retort(root, folders[0]!)).errors).toContain("with 3; retort runs lists them");
  expect(await retort(folders[0]!, join(root, "nowhere"))).toMatchObject({ code: 2, output: "" });
});
