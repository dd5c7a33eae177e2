/** Files whose rewards ask models: planned, refused where a checkpoint is of the wrong kind, and run. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lastValueFrom, toArray } from "rxjs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { execute } from "../../../src/experiments/running/execute.ts";
import type { PlannedRun } from "../../../src/experiments/planning/planned.ts";
import { prepareExperiment } from "../../../src/experiments/planning/run-plan.ts";
import { writeClassifier, writeModel } from "../../fixtures/model-folder.ts";
import { problemsOf } from "../../fixtures/problems.ts";
import { openThreads } from "../../fixtures/threads.ts";

const judged = {
  question: "What does a judge teach?",
  engine: "onnx",
  task: { type: "prompts", path: "prompts.jsonl", test: 2, promptTokens: 16, completionTokens: 6 },
  student: { checkpoint: "tiny" },
  rewards: [
    { type: "classifier", model: { checkpoint: "judge" }, label: "good" },
    {
      type: "gate",
      condition: { type: "classifier", model: { checkpoint: "judge" }, label: 1, output: "log-odds", template: "{completion}\n" },
      threshold: 0,
      reward: { type: "reward-model", model: { checkpoint: "scorer" } },
    },
  ],
  objective: { type: "reinforce" },
  rollouts: { group: 2, chunk: 4 },
  training: { steps: 2, batch: 4, optimizer: { type: "adamw", learningRate: 0.01 } },
  evaluation: { prompts: 2 },
};

let folder: string;
const prepare = (changes: object = {}): Promise<readonly PlannedRun[]> => {
  const path = join(folder, "experiment.json");
  writeFileSync(path, JSON.stringify({ ...judged, ...changes }));
  return prepareExperiment(path, [], { offline: true, cache: join(folder, "hub") });
};
const problems = (changes: object): Promise<string[]> => problemsOf(prepare(changes));
const idOf = async (): Promise<string> => (await prepare())[0]!.id;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "retort-models-"));
  await writeModel(join(folder, "tiny"));
  await writeClassifier(join(folder, "judge"), ["bad", "good", "odd"], 2);
  await writeClassifier(join(folder, "scorer"), ["score"], 3);
  const lines = ["one and", "two and", "three", "the cat", "12 + 5"].map((prompt) => JSON.stringify({ prompt }));
  writeFileSync(join(folder, "prompts.jsonl"), lines.join("\n"));
});
afterEach(() => {
  expect(openThreads()).toBe(0);
});

test("a plan knows the checkpoints of rewards, within gates too, and has an id by their contents", async () => {
  const [run] = await prepare();
  expect(Object.keys(run!.checkpoints).toSorted()).toEqual(["judge", "scorer", "tiny"]);
  const before = await idOf();
  await writeClassifier(join(folder, "scorer"), ["score"], 4);
  expect(await idOf()).not.toBe(before);
  await writeClassifier(join(folder, "scorer"), ["score"], 3);
  expect(await idOf()).toBe(before);
});

test("a reward asks no language model, and nobody learns from or imitates a classifier", async () => {
  expect(await problems({ rewards: [{ type: "reward-model", model: { checkpoint: "tiny" } }] })).toEqual([
    expect.stringContaining("/rewards/0/model/checkpoint: expected a sequence classifier (architecture *ForSequenceClassification)"),
  ]);
  expect(await problems({ student: { checkpoint: "judge" } })).toEqual([
    expect.stringContaining("/student/checkpoint: expected a language model, got a sequence classifier of 3 labels"),
  ]);
  expect(await problems({ teacher: { checkpoint: "scorer", temperature: 1 } })).toEqual([
    expect.stringContaining("/teacher/checkpoint: expected a language model, got a sequence classifier of 1 labels"),
  ]);
});

test("a classifier that is not there, or has no tokenizer, is refused", async () => {
  expect(await problems({ rewards: [{ type: "reward-model", model: { checkpoint: "./none" } }] })).toEqual([
    expect.stringContaining("/rewards/0/model/checkpoint: no folder or file is at"),
  ]);
  rmSync(join(folder, "scorer", "tokenizer.json"));
  expect(await problems({})).toEqual([
    expect.stringContaining("/rewards/1/reward/model/checkpoint: expected a tokenizer.json in the checkpoint, got none at"),
  ]);
});

test("a run is rewarded by models on the thread of rewards", async () => {
  const runs = await prepare();
  const folders = { out: join(folder, "runs"), cache: join(folder, "cache") };
  const events = await lastValueFrom(execute(runs, { ...folders, signal: new AbortController().signal }).pipe(toArray()));
  const last = events.at(-1);
  if (last?.kind !== "end") throw new Error(`expected an end, got ${last?.kind}`);
  const [, first] = readFileSync(join(last.folder, "metrics.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { readonly metrics: Readonly<Record<string, number>> });
  const { metrics } = first!;
  expect(metrics["reward/classifier"]).toBeGreaterThan(0);
  expect(metrics["reward/classifier"]).toBeLessThan(1);
  expect(metrics["reward"]).toBeCloseTo(metrics["reward/classifier"]! + metrics["reward/gate"]!, 5);
  expect(metrics).toHaveProperty("reward/gate/passed");
});

test("a label that the classifier does not have ends the run before it begins", async () => {
  const runs = await prepare({ rewards: [{ type: "classifier", model: { checkpoint: "judge" }, label: "best" }] });
  const folders = { out: join(folder, "runs"), cache: join(folder, "cache") };
  await expect(lastValueFrom(execute(runs, { ...folders, signal: new AbortController().signal }))).rejects.toThrow(
    'classifier: expected a label from 0 to 2, or one of bad, good, odd, got "best"',
  );
});
