/** Tests of finished runs as trials of claims. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { seedOf, settingOf } from "../../src/evaluation/claims/trial.ts";
import { claimTrials, mixedOf } from "../../src/results/claim-trials.ts";
import { readRuns } from "../../src/runs/reading/read-runs.ts";
import { mixedIn, writeMixedRuns } from "../fixtures/mixed-runs.ts";
import { writeRunFolder } from "../fixtures/run-folders.ts";

test("what was set, and the metrics before the first step and at the end; of finished runs alone", async () => {
  const root = mkdtempSync(join(tmpdir(), "retort-claims-"));
  const axes = { "/objective/alpha": 0.1, "/seed": 0 };
  const folder = writeRunFolder(root, { values: { a: 1 }, axes, accuracy: 0.75, metrics: { loss: 2 } });
  const lines = [
    { kind: "evaluation", step: 0, accuracy: 0.5, metrics: { length: 9 } },
    { kind: "step", step: 1, metrics: { loss: 3 } },
    { kind: "evaluation", step: 2, accuracy: 0.75, metrics: { length: 8 } },
  ];
  writeFileSync(join(folder, "metrics.jsonl"), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  writeRunFolder(root, { values: { a: 2 }, status: "failed" });
  expect(await claimTrials(readRuns(root).runs)).toEqual([
    { run: "trial", axes, initial: { accuracy: 0.5, length: 9 }, final: { accuracy: 0.75, loss: 2 } },
  ]);
});

test("a run without an evaluation before the first step has no metrics from before", async () => {
  const root = mkdtempSync(join(tmpdir(), "retort-claims-"));
  const folder = writeRunFolder(root, { accuracy: 1 });
  writeFileSync(join(folder, "metrics.jsonl"), `${JSON.stringify({ kind: "evaluation", step: 2, accuracy: 1, metrics: {} })}\n`);
  expect(await claimTrials(readRuns(root).runs)).toMatchObject([{ initial: {}, final: { accuracy: 1 } }]);
});

test("seeds are said, also where none was swept, and what else the runs differ in; of runs of one id in one code one counts", async () => {
  const trials = await claimTrials(readRuns(writeMixedRuns(mkdtempSync(join(tmpdir(), "retort-claims-")))).runs);
  expect(trials).toHaveLength(16);
  expect(new Set(trials.map((trial) => JSON.stringify(trial.axes)))).toEqual(new Set(['{"/seed":0}', '{"/seed":1}']));
  expect(mixedOf(trials).toSorted()).toEqual(Object.keys(mixedIn).toSorted());
  const settings = trials.map((trial) => [settingOf(trial, new Set()), Math.floor(trial.final["accuracy"]!)] as const);
  expect(new Map(settings).size).toBe(8);
  for (const [setting, accuracy] of settings) expect(new Map(settings).get(setting)).toBe(accuracy);
});

test("a task's seed that was swept with the run's is part of the seed, and of no setting", async () => {
  const root = mkdtempSync(join(tmpdir(), "retort-claims-"));
  for (const seed of [0, 1])
    writeRunFolder(root, { values: { a: 1, seed, taskSeed: seed + 5 }, axes: { "/seed": seed, "/task/seed": seed + 5 } });
  writeRunFolder(root, { values: { a: 1, seed: 1, taskSeed: 5 }, axes: { "/seed": 1, "/task/seed": 5 }, again: "-2" });
  const trials = await claimTrials(readRuns(root).runs);
  expect(new Set(trials.map((trial) => settingOf(trial, new Set())))).toEqual(new Set(['run="trial"']));
  expect(new Set(trials.map(seedOf)).size).toBe(3);
});
