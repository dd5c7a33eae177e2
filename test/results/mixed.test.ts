/** Tests of what runs differ in that nothing explains. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { contentHash } from "../../src/files/canonical-json.ts";
import type { JsonObject } from "../../src/files/json.ts";
import { readExperiment } from "../../src/experiments/file/extended-source.ts";
import { mixedIn, mixedText } from "../../src/results/mixed.ts";
import { readRuns, type FoundRun } from "../../src/runs/reading/read-runs.ts";
import { recordOf } from "../../src/runs/reading/run-record.ts";
import { planSweep } from "../../src/sweeps/planning/sweep-plan.ts";
import { mixedIn as known, writeMixedRuns } from "../fixtures/mixed-runs.ts";
import { writeRunFolder, type RunFacts } from "../fixtures/run-folders.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "retort-mixed-"));
});

/** What is mixed in trials of two alphas of which each has its own facts. */
const mixedAlphas = (facts: (alpha: number) => RunFacts): readonly string[] => {
  for (const alpha of [0, 1]) {
    for (const seed of [0, 1]) {
      const { values, ...own } = facts(alpha);
      const all = { objective: { alpha }, seed, taskSeed: seed, ...values };
      writeRunFolder(root, { axes: { "/objective/alpha": alpha, "/seed": seed }, ...own, values: all });
    }
  }
  return mixedIn(readRuns(root).runs);
};

test("values that were set on the command line, and files that were changed", () => {
  expect(mixedIn(readRuns(writeMixedRuns(root)).runs).toSorted()).toEqual(Object.keys(known).toSorted());
});

const hashed = (alpha: number): string => contentHash(alpha);

test.each<readonly [string, (alpha: number) => RunFacts]>([
  ["version", (alpha) => ({ version: `0.${alpha}` })],
  ["engine", (alpha) => ({ engine: `engine-${alpha}` })],
  ["file a.ts", (alpha) => ({ made: { files: { "a.ts": hashed(alpha) } } })],
  ["checkpoint base", (alpha) => ({ made: { checkpoints: { base: { path: "base", hash: hashed(alpha) } } } })],
  ["stage sft", (alpha) => ({ made: { stages: { sft: hashed(alpha) } } })],
  ["stage sft", (alpha) => ({ made: { stages: {}, stageSettings: { sft: hashed(alpha) }, setting: "x" } })],
  ["/training/steps", (alpha) => ({ values: { training: { steps: 10 + alpha } } })],
])("%s, though each value of the axis has one of its own", (name, facts) => {
  expect(mixedAlphas(facts)).toEqual([name]);
});

test("nothing that the axes or the variants decide", () => {
  const decided = (alpha: number): RunFacts => ({ values: { objective: { alpha, type: alpha === 0 ? "sft" : "gkd" } } });
  expect(mixedAlphas(decided)).toEqual([]);
  root = mkdtempSync(join(tmpdir(), "retort-mixed-"));
  for (const name of ["sft", "gkd"])
    for (const seed of [0, 1])
      writeRunFolder(root, {
        name,
        values: { objective: { type: name }, training: { steps: name.length }, seed },
        axes: { "/seed": seed },
      });
  writeRunFolder(root, {
    name: "rl",
    values: { objective: { type: "rl" }, training: { steps: 9 }, seed: 0 },
    made: { stages: { sft: "x" } },
  });
  expect(mixedIn(readRuns(root).runs)).toEqual([]);
});

test.each(["9", "a16"])("no trial of the package's figure %s is told to be of something else", (figure) => {
  const path = `experiments/paper/figure-${figure}.json`;
  const runs = planSweep(readExperiment(path)).map(({ name, label, id, values, axes, stages }): FoundRun => {
    const manifest = { name, label, id, file: path, question: "?", status: "done", started: "2026-01-01T00:00:00Z", axes };
    const made = Object.fromEntries(stages.map((stage) => [stage.name, stage.id]));
    const record = recordOf({ ...manifest, values, stages: made, engine: { name: "cpu" } } as unknown as JsonObject);
    return { folder: id, parent: "runs", record };
  });
  expect(runs.length).toBeGreaterThan(3);
  expect(mixedIn(runs)).toEqual([]);
});

test("says so in a sentence", () => {
  expect(mixedText([])).toBeUndefined();
  expect(mixedText(["version", "file a.ts"])).toMatch(/differ in more than their seeds and what was swept: version, file a\.ts\. /u);
});
