/** Tests of a run's folder. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { planExperiment } from "../../../src/experiments/planning/run-plan.ts";
import type { Manifest } from "../../../src/runs/folder/manifest.ts";
import { openRun } from "../../../src/runs/folder/run-store.ts";

const run = planExperiment("test/fixtures/experiments/valid.json")[0]!;
const engine = { name: "cpu", reason: "asked for" };
const read = (folder: string, name: string): unknown => JSON.parse(readFileSync(join(folder, name), "utf8"));

describe("a run's folder", () => {
  let folder: string;
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), "retort-runs-")), "run");
  });

  test("has a manifest from the start", async () => {
    const store = await openRun(run, { folder, attempt: 1, engine });
    const manifest = read(folder, "manifest.json") as Manifest;
    expect(manifest).toMatchObject({
      id: run.id,
      question: run.question,
      status: "running",
      attempt: 1,
      engine,
      stages: Object.fromEntries(run.stages.map((stage) => [stage.name, stage.id])),
      values: { objective: { type: "reinforce-gkd", alpha: 0.25 } },
    });
    expect(manifest.versions["node"]).toBe(process.versions.node);
    expect(Date.now() - Date.parse(manifest.started)).toBeLessThan(600_000);
    await store.finish("interrupted");
  });

  test("ends once, with its status", async () => {
    const store = await openRun(run, { folder, attempt: 1, engine });
    store.lines.rewind(0);
    store.lines.report({ kind: "evaluation", step: 0, metrics: { accuracy: 0.25, length: 3 } });
    await store.summarize(7);
    await store.finish("failed", new Error("no luck"));
    await store.finish("done");
    expect(read(folder, "manifest.json")).toMatchObject({ status: "failed", error: "no luck", finished: expect.any(String) as string });
    expect(read(folder, "summary.json")).toEqual({ metrics: { accuracy: 0.25, length: 3 }, milliseconds: 7 });
    expect(readdirSync(folder).toSorted()).toEqual([
      "log.jsonl",
      "manifest.json",
      "metrics.jsonl",
      "rollouts.jsonl",
      "summary.json",
      "timings.jsonl",
      "trace.json",
    ]);
  });

  test("is opened again by the next attempt, which knows when the first began, and removes drafts that were never finished", async () => {
    await (await openRun(run, { folder, attempt: 1, engine })).finish("interrupted", new Error("Ctrl-C"));
    const { started } = read(folder, "manifest.json") as Manifest;
    mkdirSync(join(folder, "student"));
    for (const name of [".manifest.json.7.part", "student/.model.safetensors.7.part"]) writeFileSync(join(folder, name), "half");
    const store = await openRun(run, { folder, attempt: 2, engine });
    expect(read(folder, "manifest.json")).toMatchObject({ status: "running", attempt: 2, started });
    expect(read(folder, "manifest.json")).not.toHaveProperty("error");
    expect(readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith(".part"))).toEqual([]);
    await store.finish("done");
  });
});
