/** The files of `npm run bench -- trl`: policies, prompts and experiments, in a folder that is removed at the end. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { smollm2Command, smollm2File, type TrlWork } from "./trl-works.ts";

/** The repository, whose built command is measured. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** The command `retort`, as it is built. */
export const retort: readonly string[] = [process.execPath, join(root, "dist", "cli", "retort.js")];

const smollm2Path = join(root, smollm2File);

/** Why the work cannot be measured here, and what to do; nothing when it can. */
export const missingFor = ({ model, name }: TrlWork): string | undefined =>
  model === "gpt2" || existsSync(smollm2Path)
    ? undefined
    : `${name} is left out: ${smollm2File} is not there; ${smollm2Command} fetches it`;

/** A new folder for all files; this process removes it when it ends. */
export const openFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "retort-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  return folder;
};

/** Where student and teacher of a work are, as HuggingFace folders, and its prompts. */
export interface WorkFiles {
  readonly student: string;
  readonly teacher: string;
  readonly prompts: string;
  readonly experiment: string;
}

/** Where they are, whether they are written yet or not. */
export const filesOf = ({ model, name }: TrlWork, folder: string): WorkFiles =>
  model === "gpt2"
    ? {
        student: join(folder, `${name}-student`),
        teacher: join(folder, `${name}-teacher`),
        prompts: join(folder, `${name}.jsonl`),
        experiment: join(folder, `${name}.json`),
      }
    : {
        student: join(folder, "SmolLM2"),
        teacher: join(folder, "SmolLM2"),
        prompts: join(root, "experiments/smollm2/prompts.jsonl"),
        experiment: join(root, "experiments/smollm2/ten-layers.json"),
      };

const experimentOf = (work: TrlWork): object => ({
  question: "How long does a step take?",
  task: {
    type: "prompts",
    path: `${work.name}.jsonl`,
    test: 8,
    promptTokens: work.prompt,
    completionTokens: work.completion,
  },
  student: { checkpoint: `${work.name}-student` },
  teacher: { checkpoint: `${work.name}-teacher` },
  objective: { type: "distillation", divergence: { type: "jsd", beta: work.beta } },
  data: { onPolicyFraction: 1 },
  rollouts: { group: 1, maxNewTokens: work.completion, minNewTokens: work.completion, chunk: work.batch },
  training: {
    steps: work.steps,
    batch: work.batch,
    optimizer: { type: "adamw", learningRate: work.learningRate },
    inspectEvery: 0,
  },
  evaluation: { prompts: 1 },
});

/** Writes what a work needs and is not there yet. `Error` when Python or `retort convert` fails. */
export const writeFiles = (work: TrlWork, folder: string, python: string): void => {
  const { experiment, teacher } = filesOf(work, folder);
  const quietly = { stdio: ["ignore", "ignore", "pipe"] as ["ignore", "ignore", "pipe"] };
  if (existsSync(teacher)) return;
  if (work.model === "SmolLM2") {
    const [node, file] = retort;
    execFileSync(node!, [file!, "convert", smollm2Path, teacher], quietly);
    return;
  }
  const script = fileURLToPath(new URL("trl-files.py", import.meta.url));
  execFileSync(python, [script, JSON.stringify({ folder, works: [work] })], quietly);
  writeFileSync(experiment, JSON.stringify(experimentOf(work), undefined, 2));
};

/** What makes the file of an experiment the work, beside the engine. */
export const overridesOf = (work: TrlWork): readonly string[] => [
  `/training/steps=${work.steps}`,
  ...(work.model === "gpt2"
    ? []
    : [
        `/task/promptTokens=${work.prompt}`,
        `/task/completionTokens=${work.completion}`,
        `/rollouts/maxNewTokens=${work.completion}`,
        `/rollouts/minNewTokens=${work.completion}`,
        "/training/inspectEvery=0",
        "/evaluation/prompts=1",
      ]),
];
