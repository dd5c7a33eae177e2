/** Files whose stages train reward models on pairs: planned, refused where something does not fit, and run. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lastValueFrom, toArray } from "rxjs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { execute } from "../../../src/experiments/running/execute.ts";
import type { PlannedRun } from "../../../src/experiments/planning/planned.ts";
import { prepareExperiment } from "../../../src/experiments/planning/run-plan.ts";
import { loadClassifier } from "../../../src/policies/checkpoints/classifier.ts";
import { loadPolicy } from "../../../src/policies/checkpoints/huggingface.ts";
import { bytesOf } from "../../fixtures/recipes.ts";
import { writeModel } from "../../fixtures/model-folder.ts";
import { problemsOf } from "../../fixtures/problems.ts";
import { openThreads } from "../../fixtures/threads.ts";

const training = { steps: 2, batch: 4, optimizer: { type: "adamw", learningRate: 0.01 } };
const prompts = { type: "prompts", test: 2, promptTokens: 16, completionTokens: 8 };
const judge = {
  task: { ...prompts, path: "pairs.jsonl" },
  student: { checkpoint: "tiny" },
  objective: { type: "bradley-terry" },
  data: { onPolicyFraction: 0 },
  rollouts: { group: 2, chunk: 4 },
  training,
  evaluation: { prompts: 2 },
};
const writer = {
  task: { ...prompts, path: "prompts.jsonl" },
  student: { checkpoint: "tiny" },
  rewards: [{ type: "reward-model", model: { stage: "judge" } }],
  objective: { type: "reinforce" },
  rollouts: { group: 2, chunk: 4 },
  training,
  evaluation: { prompts: 2 },
};
const file = { question: "What does a learned judge teach?", engine: "onnx", ...writer, stages: { judge } };

let folder: string;
const prepare = (changes: object = {}): Promise<readonly PlannedRun[]> => {
  const path = join(folder, "experiment.json");
  writeFileSync(path, JSON.stringify({ ...file, ...changes }));
  return prepareExperiment(path, [], { offline: true, cache: join(folder, "hub") });
};
const problems = (changes: object): Promise<string[]> => problemsOf(prepare(changes));

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "retort-judge-"));
  await writeModel(join(folder, "tiny"));
  const texts = ["one and", "two and", "three", "the cat", "12 + 5"];
  writeFileSync(join(folder, "prompts.jsonl"), texts.map((prompt) => JSON.stringify({ prompt })).join("\n"));
  const pairs = ["red", "blue", "green", "black", "white", "pink"].map((prompt) =>
    JSON.stringify({ prompt, chosen: " yes", rejected: " no" }),
  );
  writeFileSync(join(folder, "pairs.jsonl"), pairs.join("\n"));
});
afterEach(() => {
  expect(openThreads()).toBe(0);
});

test("a plan makes the reward model first, and its id decides the run's", async () => {
  const [run] = await prepare();
  expect(run!.stages.map(({ name }) => name)).toEqual(["judge"]);
  expect(run!.inputs).toEqual({ judge: run!.stages[0]!.id });
  const [other] = await prepare({ stages: { judge: { ...judge, objective: { type: "bradley-terry", center: 0.1 } } } });
  expect(other!.id).not.toBe(run!.id);
});

describe("a file is refused", () => {
  test.each<[string, object, string[]]>([
    [
      "whose reward model's stage leaves a policy",
      {
        stages: {
          judge: {
            ...writer,
            rewards: [],
            objective: { type: "distillation", divergence: { type: "forward-kl" } },
            teacher: { checkpoint: "tiny" },
          },
        },
      },
      ['/rewards/0/model/stage: expected a stage that leaves a reward model, got "judge", which leaves a policy'],
    ],
    [
      "whose student or teacher is a reward model",
      { student: { stage: "judge" }, teacher: { stage: "judge" } },
      [
        '/student/stage: expected a stage that leaves a policy, got "judge", which leaves a reward model',
        '/teacher/stage: expected a stage that leaves a policy, got "judge", which leaves a reward model',
      ],
    ],
    [
      "whose reward model's stage is not there",
      { rewards: [{ type: "reward-model", model: { stage: "jugde" } }] },
      ['/rewards/0/model/stage: no stage "jugde"; did you mean "judge"?'],
    ],
    [
      "that learns from pairs that are not there",
      { stages: { judge: { ...judge, task: writer.task } } },
      ["/stages/judge/objective: bradley-terry learns from pairs, and the task prompts has none", "/stages/judge/data/offPolicy: expected"],
    ],
    [
      "that lets the student draw what is compared",
      { stages: { judge: { ...judge, data: {} } } },
      ["/stages/judge/data/onPolicyFraction: expected 0, got 1: bradley-terry learns nothing from the student"],
    ],
    [
      "that takes half a pair in a part",
      { stages: { judge: { ...judge, training: { ...training, batch: 8, microBatch: 3 } } } },
      ["/stages/judge/training/microBatch: expected an even number for pairs, got 3"],
    ],
    [
      "that takes half a pair",
      { stages: { judge: { ...judge, rollouts: { group: 1 }, training: { ...training, batch: 5 } } } },
      ["/stages/judge/training/batch: expected an even number for pairs, got 5"],
    ],
    [
      "that replays pairs",
      { stages: { judge: { ...judge, data: { onPolicyFraction: 0, replay: {} } } } },
      ["/stages/judge/data/replay: expected none: bradley-terry learns from the task's pairs alone"],
    ],
    [
      "that gives a reward model adapters",
      { stages: { judge: { ...judge, training: { ...training, adapters: { targets: ["q_proj"] } } } } },
      ["/stages/judge/training/adapters/targets: adapters: expected a student that writes, got a reward model"],
    ],
    [
      "that makes a reward model of an encoder-decoder",
      {
        stages: {
          judge: {
            ...judge,
            student: { type: "t5", layers: 1, width: 8, heads: 2 },
            task: { ...judge.task, tokenizer: { checkpoint: "tiny" } },
          },
        },
      },
      ["/stages/judge/student: classifier: expected a decoder, got the encoder-decoder t5"],
    ],
  ])("%s", async (_what, changes, expected) => {
    const found = await problems(changes);
    expect(found).toHaveLength(expected.length);
    for (const [index, start] of expected.entries()) expect(found[index]).toContain(start);
  });
});

test("a stage leaves a sequence classifier, which rewards the run", async () => {
  const runs = await prepare();
  const folders = { out: join(folder, "runs"), cache: join(folder, "cache") };
  const events = await lastValueFrom(execute(runs, { ...folders, signal: new AbortController().signal }).pipe(toArray()));
  const ends = events.filter((event) => event.kind === "end");
  const [stage, run] = ends as [(typeof ends)[number], (typeof ends)[number]];
  expect(stage.accuracy).toBeGreaterThanOrEqual(0);
  const { classifier, weights } = await loadClassifier(stage.folder);
  expect([classifier.labels, classifier.config["architectures"]]).toEqual([1, ["LlamaForSequenceClassification"]]);
  const before = await loadPolicy(join(folder, "tiny"));
  const name = "model.embed_tokens.weight";
  expect(bytesOf(weights)[name]).not.toBe(bytesOf(before.weights)[name]);
  expect(JSON.parse(readFileSync(join(stage.folder, "manifest.json"), "utf8"))).toMatchObject({ accuracy: stage.accuracy });
  const metrics = readFileSync(join(run.folder, "metrics.jsonl"), "utf8");
  expect(metrics).toContain('"reward/reward-model"');
  expect((await loadPolicy(join(run.folder, "student"))).policy.config["architectures"]).toEqual(["LlamaForCausalLM"]);
});
