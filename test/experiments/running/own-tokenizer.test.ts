/** Experiments whose task brings a tokenizer: what their ids cover, what threads are given, and what is saved. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lastValueFrom, toArray } from "rxjs";
import { beforeEach, describe, expect, test } from "vitest";
import { loadModel } from "../../../src/experiments/inputs/model.ts";
import { execute } from "../../../src/experiments/running/execute.ts";
import type { PlannedRun } from "../../../src/experiments/planning/planned.ts";
import { prepareExperiment } from "../../../src/experiments/planning/run-plan.ts";
import { chatPrompt } from "../../../src/tokenizers/chat/prompt.ts";
import { tokenizerFromJSON } from "../../../src/tokenizers/read.ts";
import { trainTokenizer } from "../../../src/tokenizers/train.ts";
import { problemsOf } from "../../fixtures/problems.ts";

const student = { type: "llama", layers: 1, width: 8, heads: 2 };
const training = { steps: 2, batch: 4, optimizer: { type: "adamw", learningRate: 0.01 } };
const stage = { student, objective: { type: "sft" }, data: { onPolicyFraction: 0 }, training, evaluation: { prompts: 2 } };
const base = {
  question: "Does a new student learn own data in tokens of its own?",
  engine: "onnx",
  task: { type: "prompts", path: "lines.jsonl", test: 2, tokenizer: { bpe: 280 } },
  stages: { teacher: stage },
  student,
  teacher: { stage: "teacher" },
  rewards: [{ type: "exact-match", weight: 1 }],
  objective: { type: "reinforce-gkd", alpha: 0.5, divergence: { type: "forward-kl" }, baseline: { type: "leave-one-out" } },
  rollouts: { group: 2, chunk: 4 },
  training,
  evaluation: { prompts: 2 },
};

const { signal } = new AbortController();

let folder: string;
const sums = Array.from({ length: 24 }, (_, i) => ({ prompt: `${i} + ${i} =`, reference: ` ${2 * i}` }));
const write = (lines: readonly object[]): void =>
  writeFileSync(join(folder, "lines.jsonl"), lines.map((line) => JSON.stringify(line)).join("\n"));
const prepare = (changes: object = {}): Promise<readonly PlannedRun[]> => {
  writeFileSync(join(folder, "experiment.json"), JSON.stringify({ ...base, ...changes }));
  return prepareExperiment(join(folder, "experiment.json"), [], { offline: true, cache: join(folder, "hub") });
};
const withTokenizer = (tokenizer: unknown): object => ({ task: { ...base.task, tokenizer } });
const idOf = async (changes: object = {}): Promise<string> => (await prepare(changes))[0]!.id;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "retort-own-tokenizer-"));
  write(sums);
});

test("an id covers the settings of the tokenizer, the data it is trained on, and its bytes", async () => {
  const before = await idOf();
  expect(await idOf()).toBe(before);
  const ids = [before, await idOf(withTokenizer({ bpe: 281 })), await idOf(withTokenizer("characters"))];
  const file = join(folder, "tokenizer.json");
  const named = withTokenizer({ path: "tokenizer.json" });
  for (const extra of ["", "~"]) {
    writeFileSync(file, JSON.stringify(trainTokenizer([`0123456789+= ${extra}`], "characters").toJSON()));
    ids.push(await idOf(named));
  }
  write([...sums, { prompt: "24 + 24 =", reference: " 48" }]);
  ids.push(await idOf());
  expect(new Set(ids).size).toBe(ids.length);
});

test.each([
  ["characters", sums],
  [{ bpe: 280 }, sums],
  [{ bpe: 300 }, sums.map(({ prompt, reference }) => ({ messages: [{ role: "user", content: prompt }], reference }))],
])("a teacher, a student and what is saved share the tokens of %j", async (tokenizer, lines) => {
  write(lines);
  const runs = await prepare(withTokenizer(tokenizer));
  const [out, cache] = [join(folder, "runs"), join(folder, "cache")];
  const events = await lastValueFrom(execute(runs, { out, cache, signal }).pipe(toArray()));
  const ended = events.at(-1);
  expect(ended?.kind).toBe("end");
  const saved = join(out, "experiment", `run-${runs[0]!.id.slice(0, 16)}`, "student");
  const model = await loadModel(saved);
  const read = model.tokenizer!;
  expect(model.policy.vocabularySize).toBe(read.vocabularySize);
  const text = "7 + 7 = 14";
  expect(read.decode(read.encode(text))).toBe(text);
  expect(tokenizerFromJSON(JSON.parse(JSON.stringify(read.toJSON()))).encode(text)).toEqual(read.encode(text));
  const chats = "messages" in lines[0]!;
  expect(read.chatTemplate !== undefined).toBe(chats);
  if (chats) {
    const said = chatPrompt(read.chatTemplate!, [{ role: "user", content: "1" }], { addGenerationPrompt: true });
    expect(said).toBe("user:\n1\nassistant:\n");
  }
});

test("a CSV is trained on as lines are, and its mistakes have their rows", async () => {
  const rows = sums.map(({ prompt, reference }) => `${prompt},${reference}`);
  writeFileSync(join(folder, "sums.csv"), ["question,answer", ...rows].join("\n"));
  const task = { ...base.task, path: "sums.csv", prompt: "{question}", reference: "{answer}" };
  const [[fromTable], [fromLines]] = [await prepare({ task }), await prepare()];
  expect([fromTable!.contextLength, fromTable!.maxNewTokens]).toEqual([fromLines!.contextLength, fromLines!.maxNewTokens]);
  const problems = await problemsOf(prepare({ task: { ...task, promptTokens: 1, tokenizer: "characters" } }));
  expect(problems[0]).toMatch(/\/task: .*sums\.csv: row 1: expected a prompt of at most 1 tokens, got 7/u);
  const { prompt: _prompt, reference: _reference, ...bare } = task;
  expect((await problemsOf(prepare({ task: bare })))[0]).toContain(
    'got question, answer; add "prompt": "{question}", "reference": "{answer}" to the task',
  );
});

describe("a student's checkpoint", () => {
  test("has tokens of its own, which the task must not bring anew", async () => {
    const runs = await prepare();
    const out = join(folder, "runs");
    await lastValueFrom(execute(runs, { out, cache: join(folder, "cache"), signal }).pipe(toArray()));
    const checkpoint = join(out, "experiment", `run-${runs[0]!.id.slice(0, 16)}`, "student");
    const { tokenizer: _tokenizer, ...task } = base.task;
    const alone = { stages: undefined, teacher: undefined, student: { checkpoint }, objective: { type: "reinforce" } };
    const [run] = await prepare({ ...alone, task });
    expect(run!.values.tokenizer).toBe(checkpoint);
    expect(await problemsOf(prepare({ ...alone, ...withTokenizer({ bpe: 270 }) }))).toEqual([
      expect.stringContaining("/task/tokenizer: expected a task in the tokens of the student's checkpoint") as string,
    ]);
    // It may name the file that lies there.
    const [same] = await prepare({ ...alone, ...withTokenizer({ path: join(checkpoint, "tokenizer.json") }) });
    expect(same!.values.tokenizer).toBeUndefined();
    expect(JSON.parse(readFileSync(join(checkpoint, "tokenizer.json"), "utf8"))).toMatchObject({ model: { type: "BPE" } });
  });
});
