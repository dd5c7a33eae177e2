/** Tests of comparing runs. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareRuns } from "../../../src/results/tables/comparison.ts";
import { readRuns } from "../../../src/runs/reading/read-runs.ts";
import { writeRunFolder } from "../../fixtures/run-folders.ts";

const root = mkdtempSync(join(tmpdir(), "retort-compare-"));
const write = (seed: number, metrics: string, weights: string, loss: number): void => {
  const folder = writeRunFolder(root, { name: `run${seed}`, values: { alpha: 1, seed }, accuracy: 0.5, metrics: { loss } });
  mkdirSync(join(folder, "student"));
  writeFileSync(join(folder, "metrics.jsonl"), metrics);
  writeFileSync(join(folder, "student", "model.safetensors"), weights);
};
write(0, "a\n", "weights", Number.NaN);
write(1, "b\n", "weights", Number.POSITIVE_INFINITY);
write(2, "b\n", "weights", Number.POSITIVE_INFINITY);
writeFileSync(join(writeRunFolder(root, { name: "run3", values: { alpha: 1, gamma: 2 }, metrics: { loss: 1 } }), "rollouts.jsonl"), "r");
const { runs } = readRuns(root);

test("differences come first, and numbers that JSON does not have are told apart", async () => {
  const { parameters, metrics } = await compareRuns(runs.slice(0, 2));
  expect(parameters).toEqual([
    { name: "/seed", values: [0, 1], same: false },
    { name: "/alpha", values: [1, 1], same: true },
    { name: "version", values: ["unknown", "unknown"], same: true },
    { name: "engine", values: ["cpu", "cpu"], same: true },
  ]);
  expect(metrics).toEqual([
    { name: "loss", values: [Number.NaN, Number.POSITIVE_INFINITY], same: false },
    { name: "accuracy", values: [0.5, 0.5], same: true },
  ]);
});

test("files are the same to the byte in all, or they are not", async () => {
  const weights = join("student", "model.safetensors");
  expect((await compareRuns(runs.slice(0, 3))).files).toEqual({ same: [weights], different: ["metrics.jsonl"] });
  expect((await compareRuns(runs.slice(1, 3))).files).toEqual({ same: ["metrics.jsonl", weights], different: [] });
  expect((await compareRuns(runs.slice(2, 4))).files).toEqual({ same: [], different: ["metrics.jsonl", "rollouts.jsonl", weights] });
});

test("what a run does not have is not there", async () => {
  const { parameters } = await compareRuns(runs.slice(2, 4));
  expect(parameters.slice(0, 2)).toEqual([
    { name: "/seed", values: [2, undefined], same: false },
    { name: "/gamma", values: [undefined, 2], same: false },
  ]);
});
