/** Tests of what a file names: a checkpoint, and data in a Parquet file that every thread of a run reads. */
import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lastValueFrom, toArray } from "rxjs";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { execute } from "../../../src/experiments/running/execute.ts";
import { hubNames, readInputs } from "../../../src/experiments/inputs/inputs.ts";
import { readExperiment } from "../../../src/experiments/file/extended-source.ts";
import { planExperiment } from "../../../src/experiments/planning/run-plan.ts";
import type { PlannedRun } from "../../../src/experiments/planning/planned.ts";
import { checkSource } from "../../../src/experiments/planning/sound-file.ts";
import { prepareExperiment } from "../../../src/experiments/planning/run-plan.ts";
import { policies } from "../../../src/policies/families/index.ts";
import { problemsOf } from "../../fixtures/problems.ts";
import { vocabularySize, writeModel } from "../../fixtures/model-folder.ts";

const experiment = {
  question: "Are rows of a table learned from?",
  engine: "onnx",
  task: {
    type: "prompts",
    path: "questions.parquet",
    heldOut: { path: "more.parquet" },
    prompt: "{question}",
    reference: "{answer}",
    replace: [{ start: "<<", end: ">>" }],
    test: 2,
    train: 8,
    promptTokens: 64,
    completionTokens: 64,
  },
  student: { checkpoint: "tiny" },
  objective: { type: "sft" },
  data: { onPolicyFraction: 0 },
  rewards: [{ type: "exact-match" }],
  training: { steps: 1, batch: 4, optimizer: { type: "adamw", learningRate: 0.01 } },
  evaluation: { prompts: 2 },
};

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "retort-inputs-"));
  vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache"));
  const policy = policies.create({ type: "ngram", order: 2 }, { vocabularySize, contextLength: 128 });
  await writeModel(join(folder, "tiny"), 1, policy);
  for (const name of ["questions", "more"]) {
    copyFileSync(join(import.meta.dirname, "../../fixtures/parquet", `${name}.parquet`), join(folder, `${name}.parquet`));
  }
});
afterEach(() => vi.unstubAllEnvs());
const path = (): string => join(folder, "experiment.json");
const prepare = async (changes: object = {}): Promise<PlannedRun> => {
  writeFileSync(path(), JSON.stringify({ ...experiment, task: { ...experiment.task, ...changes } }));
  return (await prepareExperiment(path(), [], { offline: true }))[0]!;
};

test("the data of a file and of its stages are found beside its checkpoints", async () => {
  const stage = { ...experiment, task: { ...experiment.task, path: "more.parquet", heldOut: undefined } };
  const { question: _question, engine: _engine, ...parts } = stage;
  writeFileSync(path(), JSON.stringify({ ...experiment, student: { stage: "first" }, stages: { first: parts } }));
  const { checkpoints, data } = await readInputs(checkSource(readExperiment(path()), []).drafts, folder);
  expect([...checkpoints.keys()]).toEqual(["tiny"]);
  expect([...data.keys()].map((key) => (JSON.parse(key) as readonly { readonly path: string }[])[0]?.path)).toEqual([
    "questions.parquet",
    "more.parquet",
  ]);
  for (const made of data.values()) expect(made).toHaveProperty("part");
});

test("a plan has the file's own values and where the data are; its id goes by their content", async () => {
  const run = await prepare();
  expect(run.values.task).toMatchObject({ path: "questions.parquet", heldOut: { path: "more.parquet" } });
  expect(run.task).toMatchObject({ path: expect.stringMatching(/questions\.jsonl$/u) as string });
  copyFileSync(join(folder, "questions.parquet"), join(folder, "same.parquet"));
  expect((await prepare()).id).toBe(run.id);
  copyFileSync(join(folder, "more.parquet"), join(folder, "questions.parquet"));
  expect((await prepare({ heldOut: { path: "same.parquet" } })).id).not.toBe(run.id);
});

test("what cannot be read is a mistake of the task, with its location", async () => {
  expect(await problemsOf(prepare({ path: "no.parquet" }))).toEqual([
    expect.stringMatching(/no\.parquet: expected a file, such as a table of prompt and reference, got none/u),
  ]);
  expect(await problemsOf(prepare({ prompt: "{sum}" }))).toEqual([expect.stringMatching(/expected a column "sum", got id, question/u)]);
  expect(() => planExperiment(path())).toThrow(/(was|were) not read; plan/u);
});

test("a run learns from the rows in all its threads", async () => {
  const run = await prepare();
  const options = { out: join(folder, "runs"), cache: join(folder, "kept"), threads: 1, signal: new AbortController().signal };
  const events = await lastValueFrom(execute([run], options).pipe(toArray()));
  const end = events.find((event) => event.kind === "end");
  const rollouts = readFileSync(join((end as { folder: string }).folder, "rollouts.jsonl"), "utf8");
  expect(rollouts).toMatch(/what is \d+ times two\?/u);
});

test("what comes from the Hub is named, whether it is there or not, and what lies in a folder is not", () => {
  const hub = { dataset: "someone/sums", revision: "main", files: ["a.parquet"] };
  const task = { ...experiment.task, path: undefined, hub, heldOut: { hub } };
  writeFileSync(path(), JSON.stringify({ ...experiment, task, teacher: { checkpoint: "someone/large@v1" } }));
  const { drafts } = checkSource(readExperiment(path()), []);
  expect(hubNames(drafts, folder)).toEqual(["someone/large@v1", "someone/sums@main"]);
});
