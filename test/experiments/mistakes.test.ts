/** Mistakes that people make in experiment files: each gives one message, with its place, what came, what was expected and an example. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { ExperimentError, formatProblem, plain } from "../../src/experiments/file/problem.ts";
import { prepareExperiment } from "../../src/experiments/planning/run-plan.ts";
import { prepareSweep } from "../../src/sweeps/planning/prepare-sweep.ts";

const root = mkdtempSync(join(tmpdir(), "retort-mistakes-"));
afterAll(() => rmSync(root, { recursive: true }));
const file = join(root, "own.json");

beforeEach(() => {
  writeFileSync(
    join(root, "prompts.jsonl"),
    `{"prompt":"one","reference":"a"}\n{"prompt":"two","reference":"b"}\n{"prompt":"three","reference":"c"}\n`,
  );
  writeFileSync(join(root, "questions.jsonl"), `{"question":"one","answer":"a"}\n{"question":"two","answer":"b"}\n`);
  writeFileSync(join(root, "open.jsonl"), `{"prompt":"one"}\n{"prompt":"two"}\n{"prompt":"three"}\n`);
  writeFileSync(join(root, "share.ts"), `export default ({ completion }) => completion.length;`);
  writeFileSync(join(root, "broken.ts"), `export default ({ completion }) => completion.length +;`);
  writeFileSync(join(root, "number.ts"), `export default 3;`);
});

/** A sound file, one key a line. */
const lines: Readonly<Record<string, string>> = {
  question: '"Does it learn?"',
  task: '{ "type": "prompts", "path": "prompts.jsonl", "test": 1, "tokenizer": { "bpe": 300 }, "completionTokens": 4 }',
  student: '{ "type": "llama", "layers": 1, "width": 16, "heads": 2 }',
  rewards: '[{ "module": "./share.ts" }]',
  objective: '{ "type": "reinforce", "baseline": { "type": "leave-one-out" } }',
  rollouts: '{ "group": 2 }',
  training: '{ "steps": 4, "batch": 4, "optimizer": { "type": "adamw", "learningRate": 0.01 } }',
};

const textOf = (changed: Readonly<Record<string, string | undefined>>): string =>
  `{\n${Object.entries({ ...lines, ...changed })
    .flatMap(([key, value]) => (value === undefined ? [] : [`  "${key}": ${value}`]))
    .join(",\n")}\n}\n`;

const said = async (text: string, overrides: readonly string[] = []): Promise<string> => {
  writeFileSync(file, text);
  try {
    await (text.includes('"sweep"') ? prepareSweep(file, overrides) : prepareExperiment(file, overrides));
  } catch (error) {
    const text =
      error instanceof ExperimentError ? error.problems.map((problem) => formatProblem(problem, plain)).join("\n") : String(error);
    return text.replaceAll(root, "FOLDER");
  }
  return "nothing";
};

const llama = (more: string): string => `{ "type": "llama", "layers": 1, "width": 16, "heads": 2${more} }`;
const prompts = (more: string): string => `{ "type": "prompts", "path": "prompts.jsonl", "test": 1, "tokenizer": { "bpe": 300 }${more} }`;

/**
 * What would be right: a value, the nearest known name, all that there are, or what to write. An expectation that is
 * a value as it is written is its own example.
 */
const example =
  /, such as .|; did you mean .+\?|one of .|; the line has \{|(?:write|add|use) (?:"|\{)|expected (?:"|true\b|false\b|null\b)/u;

/** What is wrong, and the keys that say so. */
const mistakes: readonly (readonly [name: string, changed: Readonly<Record<string, string | undefined>>, overrides?: readonly string[]])[] =
  [
    ["a misspelt key", { student: undefined, studnt: llama("") }],
    ["a misspelt key within", { training: '{ "steps": 4, "batch": 4, "optimiser": { "type": "adamw", "learningRate": 0.01 } }' }],
    ["a misspelt type", { objective: '{ "type": "renforce" }' }],
    ["a type that is another library's", { objective: '{ "type": "ppo" }' }],
    ["no type", { objective: '{ "alpha": 0.5 }' }],
    ["a missing objective", { objective: undefined }],
    ["a missing learning rate", { training: '{ "steps": 4, "batch": 4, "optimizer": { "type": "adamw" } }' }],
    ["a text for a number", { rollouts: '{ "group": "2" }' }],
    ["a number for a text", { question: "3" }],
    ["a fraction for a whole number", { rollouts: '{ "group": 2.5 }' }],
    ["a negative learning rate", { training: '{ "steps": 4, "batch": 4, "optimizer": { "type": "adamw", "learningRate": -0.01 } }' }],
    [
      "alpha above 1",
      {
        teacher: '{ "student": "initial" }',
        objective: '{ "type": "reinforce-gkd", "alpha": 2, "divergence": { "type": "jsd", "beta": 0.5 } }',
      },
    ],
    ["an object for a list", { rewards: '{ "module": "./share.ts" }' }],
    ["a text for an object", { student: '"llama"' }],
    ["true for an object", { rollouts: "true" }],
    ["a batch that groups do not divide", { rollouts: '{ "group": 3 }' }],
    ["heads that do not divide the width", { student: '{ "type": "llama", "layers": 1, "width": 18, "heads": 4 }' }],
    ["a baseline that needs groups", { rollouts: '{ "group": 1 }' }],
    ["no reward for an objective that learns from one", { rewards: undefined }],
    ["no teacher for an objective that reads one", { objective: '{ "type": "distillation", "divergence": { "type": "forward-kl" } }' }],
    ["a stage that is not there", { student: '{ "stage": "sft" }' }],
    ["a checkpoint that is not there", { student: '{ "checkpoint": "./models/none" }' }],
    ["data that are not there", { task: '{ "type": "prompts", "path": "none.jsonl", "test": 1, "tokenizer": { "bpe": 300 } }' }],
    ["data with other keys", { task: '{ "type": "prompts", "path": "questions.jsonl", "test": 1, "tokenizer": { "bpe": 300 } }' }],
    ["a template of a key that is not there", { task: prompts(', "prompt": "{question}"') }],
    [
      "more test prompts than there are",
      { task: '{ "type": "prompts", "path": "prompts.jsonl", "test": 9, "tokenizer": { "bpe": 300 } }' },
    ],
    ["own data and no tokenizer", { task: '{ "type": "prompts", "path": "prompts.jsonl", "test": 1 }' }],
    ["a tokenizer that there is not", { task: '{ "type": "prompts", "path": "prompts.jsonl", "test": 1, "tokenizer": "sentencepiece" }' }],
    [
      "SFT without references",
      {
        task: '{ "type": "prompts", "path": "open.jsonl", "test": 1, "tokenizer": { "bpe": 300 }, "completionTokens": 4 }',
        objective: '{ "type": "sft" }',
        data: '{ "onPolicyFraction": 0 }',
        rewards: undefined,
        rollouts: undefined,
      },
    ],
    ["a module that is not there", { rewards: '[{ "module": "./shar.ts" }]' }],
    ["a module with a mistake in it", { rewards: '[{ "module": "./broken.ts" }]' }],
    ["a module that exports no function", { rewards: '[{ "module": "./number.ts" }]' }],
    ["a module of another family", { objective: '{ "type": "reinforce", "baseline": { "module": "./share.ts" } }' }],
    ["a module as a type", { rewards: '[{ "type": "module", "path": "share.ts" }]' }],
    ["two rewards of one name", { rewards: '[{ "module": "./share.ts" }, { "module": "./share.ts" }]' }],
    [
      "warmup longer than the run",
      { training: '{ "steps": 4, "batch": 4, "optimizer": { "type": "adamw", "learningRate": 0.01 }, "schedule": { "warmup": 50 } }' },
    ],
    ["an override of nothing", {}, ["learningRat=0.5"]],
    [
      "an override of two things",
      {
        teacher: '{ "student": "initial" }',
        objective: '{ "type": "weighted-sum", "terms": [{ "weight": 1, "objective": { "type": "entropy-bonus" } }] }',
      },
      ["type=sft"],
    ],
    ["a sweep over nothing", { sweep: '{ "axes": { "/training/stps": [1, 2] } }' }],
    ["an axis that is no list", { sweep: '{ "axes": { "/seed": 3 } }' }],
    ["an engine that there is not", { engine: '"cuda"' }],
    ["a precision that the engine does not have", { engine: '"onnx"', precision: '"bfloat16"' }],
  ];

test.each(mistakes.map(([name, changed, overrides = []]) => [name, changed, overrides] as const))(
  "%s",
  async (_name, changed, overrides) => {
    const text = await said(textOf(changed), overrides);
    expect(text.split("\n").filter((line) => /^\S/u.test(line))).toHaveLength(1);
    expect(text).toMatch(example);
    expect(text).toMatchSnapshot();
  },
);

test.each<readonly [name: string, change: (text: string) => string]>([
  ["a comma that is missing", (text) => text.replace(/,\n {2}"student"/u, '\n  "student"')],
  ["single quotes", (text) => text.replace('"question"', "'question'")],
  ["a brace that is missing", (text) => text.replace(/\}\n$/u, "")],
  ["True for true", (text) => text.replace('"Does it learn?"', "True")],
])("in JSON: %s", async (_name, change) => {
  const text = await said(change(textOf({})));
  expect(text).toMatch(example);
  expect(text).toMatchSnapshot();
});
