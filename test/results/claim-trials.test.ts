/** Tests of finished runs as trials of claims. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { claimTrials } from "../../src/results/claim-trials.ts";
import { readRuns } from "../../src/runs/reading/read-runs.ts";
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
