/** Folders of runs of which files are fuzzed: two runs with every file that a command reads, one of them to be mutated. */
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { main } from "../../src/cli/program.ts";
import { traceWriter } from "../../src/runs/folder/trace-file.ts";
import { recorder } from "../cli/recorder.ts";
import { writeRunFolder } from "../fixtures/run-folders.ts";
import type { FuzzedReader } from "./reader.ts";

const lines = (...values: readonly unknown[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join("");

const trace = (): string => {
  let text = "[\n";
  const write = traceWriter((added) => (text += added), 1_700_000_000_000);
  for (const step of [1, 2]) {
    const spans = ["draw", "exact-match", "update"].map((lane, i) => ({ lane, slot: i % 2, start: i * 10, end: i * 10 + 5, count: 4 }));
    write({ kind: "timeline", step, spans });
  }
  return text;
};

const rollout = {
  prompt: "1+2=",
  reference: "3",
  completion: "3 <b>and</b>",
  source: "student",
  behavior: "student",
  finish: "stop",
  tokens: 3,
  version: 1,
  reward: 1,
  parts: { "exact-match": 1 },
  advantage: 0.5,
  dropped: false,
};

/** What a run's folder holds beside its manifest and its summary, by name. */
const contents: Readonly<Record<string, string>> = {
  "metrics.jsonl": lines(
    { kind: "step", step: 1, steps: 2, metrics: { loss: 0.5, reward: 0.25, "divergence/jsd": 1e-9 } },
    { kind: "warning", step: 1, check: "constant-reward", message: "look at it", remedy: "change it" },
    { kind: "step", step: 2, steps: 2, metrics: { loss: "NaN", reward: 0.75, "divergence/jsd": "-Infinity" } },
    { kind: "evaluation", step: 2, mode: "greedy", metrics: { accuracy: 0.5, "evaluation/x": -3 } },
    { kind: "evaluation", step: 0, accuracy: 0.25, metrics: {} },
  ),
  "timings.jsonl": lines(
    { step: 1, milliseconds: 1000, "time/rollouts": 600, "time/update": 300, tokens: 120 },
    { step: 2, milliseconds: 500.5, "time/rollouts": 300, "time/update": 200, tokens: 100 },
  ),
  "rollouts.jsonl": lines(
    { step: 1, ...rollout },
    { step: 1, ...rollout, completion: "4", reward: 0, advantage: -0.5, pieces: ["4", "\n"], divergences: [0.1, 2] },
    { step: 2, ...rollout, finish: "length", reward: "NaN", failures: [{ scorer: "judge", error: "gone" }] },
    { step: 2, ...rollout, dropped: true, pieces: ["3"], divergences: ["Infinity"] },
  ),
  "trace.json": trace(),
  "log.jsonl": lines({ level: 30, time: 1_700_000_000_000, msg: "begins" }),
  "attempts/0001.json": lines({ attempt: 1, engine: { name: "cpu", reason: "asked for" } }),
  "code/reward.ts": "export default 1;\n",
};

const values = {
  question: "Which?",
  seed: 0,
  task: { type: "arithmetic", numbers: [2, 3] },
  objective: { type: "gkd", alpha: 0.5, list: [1, "ü", null] },
  training: { steps: 2 },
  rewards: [{ type: "exact-match", weight: 1 }],
};

const made = {
  paper: "A figure",
  attempt: 2,
  error: "ended",
  files: { "reward.ts": "ab".repeat(32) },
  checkpoints: { smol: { path: "/models/smol", hash: "cd".repeat(32) } },
  stages: { start: "ef".repeat(32) },
  stageSettings: { start: "01".repeat(32) },
  setting: "23".repeat(32),
  teacher: [{ url: "http://127.0.0.1:1", model: "tiny" }],
};

/** Two runs of one file below a root; `odd` is the one whose files are replaced. */
export interface FuzzedFolder {
  readonly root: string;
  readonly good: string;
  readonly odd: string;
  /** Every file of `odd` as it is at first, by its name there. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Puts bytes in the place of a file of `odd`. */
  readonly put: (name: string, bytes: Uint8Array) => void;
  readonly remove: () => void;
}

/** Makes the folder, the same each time but for its own name. */
const fuzzedFolder = (): FuzzedFolder => {
  const root = mkdtempSync(join(tmpdir(), "retort-fuzzed-"));
  const run = (seed: number): string => {
    const folder = writeRunFolder(root, {
      values: { ...values, seed },
      axes: { "/seed": seed },
      accuracy: 0.5,
      metrics: { loss: 0.5, reward: 0.75, "divergence/jsd": Number.NaN },
      version: "0.5.0",
      made,
    });
    for (const [name, text] of Object.entries(contents)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return folder;
  };
  const [good, odd] = [run(0), run(1)];
  const names = ["manifest.json", "summary.json", ...Object.keys(contents)];
  return {
    root,
    good,
    odd,
    files: Object.fromEntries(names.map((name) => [name, readFileSync(join(odd, name))])),
    put: (name, bytes) => writeFileSync(join(odd, name), bytes),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
};

/** The class and the message of an error as `--debug` shows it, without where it comes from. */
const said = (errors: string): string =>
  errors
    .replace(/^[^]*?\berror: /u, "")
    .replace(/\n {4}at [^]*$/u, "")
    .trim();

/**
 * Runs a command and gives what it wrote. Where it fails, what it said is thrown: a `RangeError`, but for an error of no
 * class, which stays one. What the system says of a file has a class: its code.
 */
export const command = async (...args: readonly string[]): Promise<string> => {
  const { terminal, output, errors } = recorder();
  if ((await main(["--debug", ...args], terminal)) === 0) return output();
  const message = said(errors());
  throw /^Error: (?!E[A-Z]+: )/u.test(message) ? new Error(message) : new RangeError(message);
};

/** A command that what is wrong with one of the runs must not keep from saying what it says of the other. */
export const whole = async (...args: readonly string[]): Promise<string> => {
  try {
    return await command(...args);
  } catch (error) {
    throw new Error(`${args[0]} of both runs: ${String(error)}`, { cause: error });
  }
};

interface FolderReader extends Pick<FuzzedReader, "name" | "json" | "weight" | "lenient"> {
  /** The file of the odd run that is replaced; nothing where the reader itself puts something there. */
  readonly file?: string;
  /** Where they are not the file as it is. */
  readonly seeds?: readonly Uint8Array[] | ((folder: FuzzedFolder) => readonly Uint8Array[]);
  readonly prepare?: (folder: FuzzedFolder) => void;
  readonly use: (folder: FuzzedFolder, bytes: Uint8Array) => Promise<void>;
}

/** A reader of a folder, which is made when it is needed. */
export const folderReader = ({ file, seeds, prepare, use, ...facts }: FolderReader): FuzzedReader => {
  let folder: FuzzedFolder | undefined;
  let found: readonly Uint8Array[] | undefined;
  const open = (): FuzzedFolder => {
    if (folder !== undefined) return folder;
    folder = fuzzedFolder();
    prepare?.(folder);
    found = typeof seeds === "function" ? seeds(folder) : (seeds ?? [folder.files[file!]!]);
    return folder;
  };
  return {
    ...facts,
    get seeds() {
      open();
      return found!;
    },
    read: async (bytes) => {
      const there = open();
      if (file !== undefined) there.put(file, bytes);
      await use(there, bytes);
    },
    close: async () => {
      folder?.remove();
      folder = undefined;
    },
  };
};
