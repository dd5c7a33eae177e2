/** Tests of a run's folder. */
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { planExperiment } from "../../src/experiments/plan.ts";
import { openRun, type Manifest } from "../../src/experiments/store.ts";

const run = planExperiment("test/fixtures/experiments/valid.json")[0]!;
const engine = { name: "cpu", reason: "asked for" };
const read = (folder: string, name: string): unknown => JSON.parse(readFileSync(join(folder, name), "utf8"));
const lines = (folder: string, name: string): unknown[] =>
  readFileSync(join(folder, name), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);

describe("a run's folder", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "retort-runs-"));
  });

  test("is named by file, run and id, and has a manifest from the start", async () => {
    const store = await openRun(run, engine, root);
    expect(store.folder).toBe(join(root, "valid", `run-${run.id.slice(0, 8)}`));
    const manifest = read(store.folder, "manifest.json") as Manifest;
    expect(manifest).toMatchObject({
      id: run.id,
      question: run.question,
      status: "running",
      engine,
      stages: Object.fromEntries(run.stages.map((stage) => [stage.name, stage.id])),
      values: { objective: { type: "reinforce-gkd", alpha: 0.25 } },
    });
    expect(manifest.versions["node"]).toBe(process.versions.node);
    expect(Date.now() - Date.parse(manifest.started)).toBeLessThan(600_000);
    await store.finish("interrupted");
  });

  test("holds every line as soon as it is reported", async () => {
    const store = await openRun(run, engine, root);
    store.report({ kind: "step", step: 1, steps: 2, metrics: { loss: Number.NaN }, tokens: 3, milliseconds: 4 });
    expect(lines(store.folder, "metrics.jsonl")).toEqual([
      { kind: "step", step: 1, steps: 2, metrics: { loss: "NaN" }, tokens: 3, milliseconds: 4 },
    ]);
    store.report({ kind: "evaluation", step: 2, accuracy: 0.5, metrics: {} });
    expect(lines(store.folder, "metrics.jsonl")).toHaveLength(2);
    const rollout = {
      prompt: "1+1=",
      reference: "2",
      completion: "3\n",
      source: "student",
      finish: "stop",
      tokens: 2,
      version: 0,
    } as const;
    const rewarded = { ...rollout, reward: 0, parts: { "exact-match": 0 }, advantage: -0.5 };
    store.rollouts({ kind: "rollouts", step: 1, rollouts: [rollout, rewarded] });
    store.rollouts({ kind: "rollouts", step: 2, rollouts: [] });
    expect(lines(store.folder, "rollouts.jsonl")).toEqual([
      { step: 1, ...rollout },
      { step: 1, ...rewarded },
    ]);
    await store.finish("done");
  });

  test("ends once, with its status", async () => {
    const store = await openRun(run, engine, root);
    await store.summarize({ accuracy: 0.1 });
    await store.summarize({ accuracy: 0.2 });
    await store.finish("failed", "no luck");
    await store.finish("done");
    expect(read(store.folder, "manifest.json")).toMatchObject({
      status: "failed",
      error: "no luck",
      finished: expect.any(String) as string,
    });
    expect(read(store.folder, "summary.json")).toEqual({ accuracy: 0.2 });
    expect(readdirSync(store.folder).toSorted()).toEqual([
      "manifest.json",
      "metrics.jsonl",
      "rollouts.jsonl",
      "summary.json",
      "trace.json",
    ]);
  });

  test("is never written over", async () => {
    const folders: string[] = [];
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const store = await openRun(run, engine, root);
      await store.finish("done");
      folders.push(store.folder);
    }
    expect(folders).toEqual(["", "-2", "-3"].map((end) => join(root, "valid", `run-${run.id.slice(0, 8)}${end}`)));
  });
});
