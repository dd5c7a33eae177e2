/** Tests of `retort run`: real trainings of a few steps, in a temporary folder. */
import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compiledCommand } from "../../../fixtures/compiled-command.ts";
import { openFiles, runFiles } from "../../../fixtures/run-files.ts";
import { main } from "../../../../src/cli/program.ts";
import type { RunEvent } from "../../../../src/experiments/running/run-event.ts";
import { recorder } from "../../recorder.ts";

const limit = 180_000;
const folder = mkdtempSync(join(tmpdir(), "retort-run-"));
const out = join(folder, "runs");
const cache = join(folder, "cache");
const file = join(folder, "small.yaml");

const experiment = `
question: Does it run?
task: { type: arithmetic, numbers: [2, 2], range: [1, 4], operators: "+", train: 12, test: 4 }
stages:
  teacher:
    student: { type: ngram, order: 2 }
    objective: { type: sft }
    data: { onPolicyFraction: 0 }
    training: { steps: 3, batch: 4, optimizer: { type: adamw, learningRate: 0.1 } }
    evaluation: { prompts: 4 }
teacher: { stage: teacher }
student: { type: llama, layers: 1, width: 16, heads: 2 }
rewards: [{ module: slow.mjs }]
objective:
  type: reinforce-gkd
  alpha: 0.5
  divergence: { type: reverse-kl }
  baseline: { type: leave-one-out }
rollouts: { group: 2, chunk: 2 }
training: { steps: 6, batch: 4, optimizer: { type: adamw, learningRate: 0.01 } }
evaluation: { prompts: 4 }
variants:
  both: { label: reward and teacher }
  rl: { teacher: null, objective: { alpha: 0 } }
`;

/** Where it is asked for the answer it takes so long that a signal comes in the middle of a step. */
const slowReward = `
import { setTimeout } from "node:timers/promises";
export default async ({ completion: text }) => {
  await setTimeout(60);
  return text.length;
};
`;

beforeAll(() => {
  writeFileSync(file, experiment);
  writeFileSync(join(folder, "slow.mjs"), slowReward);
  writeFileSync(join(folder, "throws.mjs"), `export default () => { throw new Error("the service is down"); };`);
  writeFileSync(join(folder, "nan.mjs"), "export default () => Number.NaN;");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const retort = async (args: readonly string[], folders = ["--out", out, "--cache", cache]) => {
  const { terminal, output, errors } = recorder();
  return { code: await main(["run", ...args, ...folders], terminal), output: output(), errors: errors() };
};

const filesIn = (root: string): string[] =>
  existsSync(root) ? readdirSync(root, { recursive: true, encoding: "utf8" }).map((name) => basename(name)) : [];

/** Names of files that are not what they should be yet. */
const drafts = (): string[] => [...filesIn(out), ...filesIn(cache)].filter((name) => /\.part$|\.draft/u.test(name));

const json = (...path: string[]): unknown => JSON.parse(readFileSync(join(...path), "utf8"));
const runFolders = (): string[] => (existsSync(join(out, "small")) ? readdirSync(join(out, "small")) : []).toSorted();
const events = (output: string): RunEvent[] =>
  output
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as RunEvent);

describe.sequential("retort run", () => {
  test(
    "makes the stage, runs the variants, and prints a table of results",
    async () => {
      const { code, output, errors } = await retort([file]);
      expect(errors).toContain("teacher  3 steps\n");
      expect(errors).toMatch(/both {2}step 6 {2}accuracy \d+\.\d%\nboth {2}done in \d:\d\d {2}accuracy/u);
      expect(code).toBe(0);
      const row = String.raw` +\d+\.\d% +\d:\d\d +`;
      expect(output).toMatch(
        new RegExp(
          String.raw`^result +accuracy +time +folder\n[- ]+\nteacher${row}\S+/cache/stages/\w{16}\n` +
            String.raw`reward and teacher${row}\S+/runs/small/both-\w{16}\nrl${row}\S+/runs/small/rl-\w{16}\n$`,
          "u",
        ),
      );
      expect(runFolders()).toEqual([expect.stringMatching(/^both-\w{16}$/u), expect.stringMatching(/^rl-\w{16}$/u)]);
      for (const name of runFolders()) {
        expect(readdirSync(join(out, "small", name)).toSorted()).toEqual(runFiles);
        expect(json(out, "small", name, "manifest.json")).toMatchObject({ status: "done", values: { training: { steps: 6 } } });
      }
      expect(filesIn(join(cache, "unfinished"))).toEqual([]);
      expect(drafts()).toEqual([]);
    },
    limit,
  );

  test(
    "--json prints one event a line and no weights, --only runs some, overrides change them, stages are stored",
    async () => {
      const { code, output, errors } = await retort([file, "/training/steps=2", "--only", "both", "--json"]);
      expect({ code, errors }).toEqual({ code: 0, errors: "" });
      const all = events(output);
      expect(all.map((event) => (event.kind === "report" ? event.report.kind : event.kind))).toEqual(
        ["reuse", "begin", "evaluation", "step", "step", "evaluation", "checkpoint", "end"], // prettier-ignore
      );
      expect(all[0]).toMatchObject({ training: { run: "both", stage: "teacher" }, accuracy: expect.any(Number) as number });
      expect(all[1]).toEqual({ kind: "begin", training: { run: "both" }, steps: 2 });
      expect(Math.max(...output.split("\n").map((line) => line.length))).toBeLessThan(4000);
    },
    limit,
  );

  test(
    "--quiet prints the results alone",
    async () => {
      const { code, output, errors } = await retort([file, "/training/steps=1", "--only", "rl", "--quiet"]);
      expect({ code, errors }).toEqual({ code: 0, errors: "" });
      expect(output).toMatch(/^result[^\n]+\n[- ]+\nrl +\d+\.\d%[^\n]+\n$/u);
    },
    limit,
  );
});

describe("Ctrl-C in the middle of a step", () => {
  const folders = [
    ["--out", join(folder, "runs-2")],
    ["--cache", join(folder, "cache-2")],
  ].flat();
  const command = [compiledCommand, "run", file, "--only", "both", "--json", ...folders];

  /** Runs the command in a process of its own, and sends SIGINT after `steps` steps. */
  const start = async (steps: number) => {
    const child = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "pipe"] });
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
    const seen: RunEvent[] = [];
    createInterface(child.stdout).on("line", (line) => {
      const event = JSON.parse(line) as RunEvent;
      seen.push(event);
      const { training } = event;
      if (training.stage === undefined && event.kind === "report" && event.report.kind === "step" && event.report.step === steps) {
        child.kill("SIGINT");
      }
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    return { code, errors, seen };
  };

  test(
    "ends with 130, keeps whole steps, and the same command resumes to the same result",
    async () => {
      const { code, errors, seen } = await start(2);
      expect(errors).toBe("stopping; press Ctrl-C again to stop at once\ninterrupted: the same command resumes from the last whole step\n");
      expect(code).toBe(130);
      expect(seen.at(-1)).toMatchObject({ report: { kind: "checkpoint", step: 2 } });
      const small = join(folder, "runs-2", "small");
      const [interrupted] = readdirSync(small);
      expect(json(small, interrupted!, "manifest.json")).toMatchObject({ status: "interrupted" });
      expect(readdirSync(join(small, interrupted!)).toSorted()).toEqual(openFiles);
      expect(readdirSync(join(small, interrupted!, "checkpoints"))).toEqual(["checkpoint-00000002.safetensors"]);
      for (const name of ["metrics.jsonl", "rollouts.jsonl"]) events(readFileSync(join(small, interrupted!, name), "utf8"));
      const left = filesIn(join(folder, "cache-2")).filter((name) => name.includes("."));
      expect(left.toSorted()).toEqual(["config.json", "manifest.json", "model.safetensors", "tokenizer.json"]);

      const again = await start(Infinity);
      expect({ code: again.code, errors: again.errors }).toEqual({ code: 0, errors: "" });
      const reports = again.seen.flatMap((event) => (event.kind === "report" ? [event.report] : []));
      expect(reports[0]).toMatchObject({ kind: "resumed", step: 2 });
      expect(reports.flatMap((report) => (report.kind === "step" ? [report.step] : []))).toEqual([3, 4, 5, 6]);
      expect(filesIn(join(folder, "cache-2", "unfinished"))).toEqual([]);
      const student = (runs: string, name: string) => readFileSync(join(runs, "small", name, "student", "model.safetensors"));
      expect(student(join(folder, "runs-2"), interrupted!).equals(student(out, interrupted!))).toBe(true);
    },
    limit,
  );
});

test(
  "a reader that goes away stops the run as Ctrl-C does",
  async () => {
    const folders = ["--out", join(folder, "runs-3"), "--cache", join(folder, "cache-3")];
    const command = [compiledCommand, "run", file, "--only", "both", "--json", ...folders];
    const child = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "pipe"] });
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
    child.stdout.once("data", () => child.stdout.destroy());
    expect(await new Promise((resolve) => child.on("close", resolve))).toBe(130);
    expect(errors).toMatch(/^stopping;[^\n]*\ninterrupted: [^\n]*\n$/u);
  },
  limit,
);

describe("a file that is wrong does not start", () => {
  const nowhere = ["--out", join(folder, "no-runs"), "--cache", join(folder, "no-cache")];
  const jsd = (beta: number): string => `/objective/divergence=${JSON.stringify({ type: "jsd", beta })}`;

  test.each([
    ["an unknown key", ["/objective/alpah=1"], 'unknown key "alpah"; did you mean "alpha"?'],
    ["beta 0", [jsd(0)], "expected beta inside (0, 1), got 0"],
    ["beta 1", [jsd(1)], "expected beta inside (0, 1), got 1"],
    [
      "no teacher, and alpha above 0",
      ["/teacher=null"],
      'add "teacher": { "stage": "<name>" }, or take an objective without one (alpha 0)',
    ],
    ["a context that is too short", ["/rollouts/maxNewTokens=40"], 'needs 44; give its first stage as many "maxNewTokens"'],
    ["no reward module", ['/rewards=[{ "module": "none.mjs"}]'], "none.mjs, got nothing"],
    ["no such run", ["--only", "bot"], 'the file has no run "bot"; did you mean "both"?'],
  ])("%s", async (_name, args, message) => {
    const { code, output, errors } = await retort([file, ...args], nowhere);
    expect(errors).toContain(message);
    expect({ code, output }).toEqual({ code: 2, output: "" });
    expect(nowhere.filter((path) => existsSync(path))).toEqual([]);
  });

  test("no such file", async () => {
    const { code, errors } = await retort([join(folder, "smal.yaml")], nowhere);
    expect(errors).toMatch(/smal\.yaml: no such file; did you mean .*small\.yaml\?\n1 problem\n$/u);
    expect(code).toBe(2);
  });
});

describe("a run that fails leaves nothing half-written", () => {
  const failed = async (args: readonly string[]) => {
    const before = runFolders();
    const result = await retort([file, "--only", "both", "--quiet", ...args]);
    expect({ code: result.code, output: result.output }).toEqual({ code: 1, output: "" });
    expect(drafts()).toEqual([]);
    return { ...result, made: runFolders().filter((name) => !before.includes(name)) };
  };
  const reward = (path: string): string => `/rewards=${JSON.stringify([{ module: path }])}`;

  test.each([
    [
      "throws.mjs",
      /^error: .*scorer "reward" .*: reward throws: expected a score for prompt \d+ "\d\+\d=", sample \d, got an error: the service is down.*\n--debug shows where\n$/u,
    ],
    [
      "nan.mjs",
      /^error: .*scorer "reward" .*: reward nan: expected a finite number for prompt \d+ "\d\+\d=", sample \d, got NaN.*\n--debug shows where\n$/u,
    ],
  ])(
    "%s",
    async (module, message) => {
      const { errors, made } = await failed([reward(module)]);
      expect(errors).toMatch(message);
      expect(made).toHaveLength(1);
      expect(readdirSync(join(out, "small", made[0]!)).toSorted()).toEqual(openFiles);
      expect(json(out, "small", made[0]!, "manifest.json")).toMatchObject({
        status: "failed",
        error: expect.stringContaining("reward") as string,
      });
    },
    limit,
  );

  test(
    "a stage's weights that are cut",
    async () => {
      const [name] = readdirSync(join(cache, "stages"));
      const stage = join(cache, "stages", name!);
      const weights = join(stage, "model.safetensors");
      copyFileSync(weights, join(folder, "whole"));
      truncateSync(weights, 600);
      const { errors, made } = await failed([]);
      expect(errors).toContain(`stage "teacher" cannot be read; remove ${stage}, and it is made again: ${weights}: the file is cut`);
      expect(made).toEqual([]);
      copyFileSync(join(folder, "whole"), weights);
    },
    limit,
  );
});
