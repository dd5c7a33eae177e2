/** Files that name checkpoints: planned, refused where something does not fit, and run. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lastValueFrom, toArray } from "rxjs";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { execute } from "../../../src/experiments/running/execute.ts";
import type { PlannedRun } from "../../../src/experiments/planning/planned.ts";
import { prepareExperiment } from "../../../src/experiments/planning/run-plan.ts";
import { loadPolicy } from "../../../src/policies/checkpoints/huggingface.ts";
import { policies } from "../../../src/policies/families/index.ts";
import { bytesOf } from "../../fixtures/recipes.ts";
import { modelPolicy, vocabularySize, writeModel } from "../../fixtures/model-folder.ts";
import { problemsOf } from "../../fixtures/problems.ts";
import { openThreads } from "../../fixtures/threads.ts";

const training = { steps: 2, batch: 4, optimizer: { type: "adamw", learningRate: 0.01 } };
const distilled = {
  question: "Does a stranger's model teach its own layers?",
  engine: "onnx",
  task: { type: "prompts", path: "prompts.jsonl", test: 2, promptTokens: 16, completionTokens: 6 },
  student: { checkpoint: "tiny", layers: [0, 2] },
  teacher: { checkpoint: "tiny" },
  objective: { type: "distillation", divergence: { type: "forward-kl" } },
  rollouts: { group: 2, chunk: 4 },
  training,
  evaluation: { prompts: 2 },
};

let folder: string;
const path = (): string => join(folder, "experiment.json");
const prepare = (changes: object = {}, ...overrides: string[]): Promise<readonly PlannedRun[]> => {
  writeFileSync(path(), JSON.stringify({ ...distilled, ...changes }));
  return prepareExperiment(path(), overrides, { offline: true, cache: join(folder, "hub") });
};
const problems = (...parameters: Parameters<typeof prepare>): Promise<string[]> => problemsOf(prepare(...parameters));
const idOf = async (...parameters: Parameters<typeof prepare>): Promise<string> => (await prepare(...parameters))[0]!.id;

beforeAll(() => {
  expect(openThreads()).toBe(0);
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "retort-prepare-"));
  await writeModel(join(folder, "tiny"));
  const lines = ["one and", "two and", "three", "the cat", "12 + 5"].map((prompt) => JSON.stringify({ prompt }));
  writeFileSync(join(folder, "prompts.jsonl"), lines.join("\n"));
});
afterEach(() => {
  expect(openThreads()).toBe(0);
});

describe("a plan", () => {
  test("knows where checkpoints are, and what they hold", async () => {
    const [run] = await prepare();
    expect(run?.checkpoints).toEqual({ tiny: { path: join(folder, "tiny"), hash: expect.stringMatching(/^[0-9a-f]{64}$/u) as string } });
    expect(run).toMatchObject({ contextLength: 64, maxNewTokens: 6, values: { tokenizer: "tiny" } });
  });

  test("has an id by the contents of checkpoints and prompts, and not by the name of a checkpoint", async () => {
    const before = await idOf();
    await writeModel(join(folder, "same"));
    const renamed = { student: { checkpoint: "same", layers: [0, 2] }, teacher: { checkpoint: "./same" } };
    expect(await idOf(renamed)).toBe(before);
    await writeModel(join(folder, "same"), 2);
    expect(await idOf({ teacher: renamed.teacher })).not.toBe(before);
    expect(await idOf({ student: { checkpoint: "tiny", layers: [0, 1] } })).not.toBe(before);
    writeFileSync(join(folder, "prompts.jsonl"), `${readFileSync(join(folder, "prompts.jsonl"), "utf8")}\n{"prompt": "more"}`);
    expect(await idOf()).not.toBe(before);
  });

  test("of a stage that starts from a checkpoint has its tokenizer, and so has what starts from there", async () => {
    const { question: _question, engine: _engine, task: _task, ...stage } = distilled;
    const [run] = await prepare({ student: { stage: "first" }, stages: { first: stage } });
    expect(run?.stages[0]?.values.tokenizer).toBe("tiny");
    expect(run?.values.tokenizer).toBe("tiny");
    expect(run?.checkpoints).toHaveProperty("tiny");
  });

  test("of a new student may take the tokenizer of a checkpoint", async () => {
    const student = { type: "llama", layers: 1, width: 8, heads: 2 };
    const task = { ...distilled.task, tokenizer: { checkpoint: "tiny" } };
    const [run] = await prepare({ student, task });
    expect(run?.values.tokenizer).toBe("tiny");
  });
});

describe("a file is refused", () => {
  test.each<[string, Parameters<typeof prepare>[0], string]>([
    ["whose checkpoint is not there", { teacher: { checkpoint: "./no" } }, "/teacher/checkpoint: no folder or file is at"],
    ["whose student's is not there", { student: { checkpoint: "owner/name" } }, "and as a model of the Hub: owner/name@main: the cache"],
    [
      "whose layers are not there",
      { student: { checkpoint: "tiny", layers: [3] } },
      "/student/layers: layers: expected numbers from 0 to 2",
    ],
    ["whose prompts are not there", { task: { ...distilled.task, path: "no.jsonl" } }, "/task: "],
    [
      "that learns from references that are not there",
      { data: { onPolicyFraction: 0.5 } },
      '/data/offPolicy: expected "teacher", got "references"',
    ],
    [
      "that validates with references that are not there",
      { data: { onPolicyFraction: 0.5, offPolicy: "teacher", adaptive: { prompts: 1 } }, evaluation: { every: 1, prompts: 2 } },
      "/data/adaptive: expected a task with references",
    ],
    [
      "whose completions do not fit",
      { rollouts: { maxNewTokens: 60, group: 2 } },
      "/student: the student was made for 64 tokens of prompt and completion",
    ],
    [
      "whose task has other tokens than its student",
      { task: { type: "arithmetic", tokenizer: "characters", train: 10, test: 5 } },
      "/task/tokenizer: expected a task in the tokens of the student's checkpoint",
    ],
  ])("%s", async (_, changes, message) => {
    const [first] = await problems(changes);
    expect(first).toContain(message);
  });

  test("whose checkpoint has no tokenizer", async () => {
    rmSync(join(folder, "tiny", "tokenizer.json"));
    expect((await problems())[0]).toContain("expected a tokenizer.json in the checkpoint, got none at");
  });

  test("whose teacher has another vocabulary, for an objective that compares them", async () => {
    const wide = policies.create(
      { type: "llama", layers: 1, width: 16, heads: 2, hidden: 24, tied: true, ropeTheta: 10_000, normEpsilon: 1e-5 },
      { vocabularySize: vocabularySize + 8, contextLength: 64 },
    );
    await writeModel(join(folder, "wide"), 1, wide);
    expect(await problems({ teacher: { checkpoint: "wide" } })).toEqual([
      expect.stringContaining(`/teacher/checkpoint: expected a teacher with the student's vocabulary of ${vocabularySize} tokens`),
    ]);
    expect(await problems({ student: { checkpoint: "wide" }, teacher: { checkpoint: "wide" } })).toEqual([]);
  });
});

test("a student out of a stranger's layers is distilled, saved as a whole folder, and can be a checkpoint again", async () => {
  const folders = { out: join(folder, "runs"), cache: join(folder, "cache") };
  const runs = await prepare();
  const events = await lastValueFrom(execute(runs, { ...folders, signal: new AbortController().signal }).pipe(toArray()));
  const last = events.at(-1);
  if (last?.kind !== "end") throw new Error(`expected an end, got ${last?.kind}`);
  expect(last.accuracy).toBeUndefined();
  const student = join(last.folder, "student");
  const [before, after] = [await loadPolicy(join(folder, "tiny")), await loadPolicy(student)];
  expect(after.policy.config).toEqual(modelPolicy(2).config);
  const name = "model.layers.1.mlp.up_proj.weight";
  const source = before.weights["model.layers.2.mlp.up_proj.weight"]!;
  expect(bytesOf(after.weights)[name]).not.toBe(bytesOf({ [name]: source })[name]);
  // Two steps at this rate move no weight by more.
  expect(Math.max(...after.weights[name]!.map((x, i) => Math.abs(x - source[i]!)))).toBeLessThan(0.03);
  expect(JSON.parse(readFileSync(join(last.folder, "manifest.json"), "utf8"))).toMatchObject({ checkpoints: runs[0]!.checkpoints });
  const metrics = readFileSync(join(last.folder, "metrics.jsonl"), "utf8");
  expect(metrics).toContain('"divergence/forward-kl"');
  expect(metrics).not.toContain('"accuracy"');
  expect(await problems({ student: { checkpoint: student }, teacher: { checkpoint: "tiny" } })).toEqual([]);
});
