/** Tests of runs whose code or data change: what is part of their id, what their folder says, and how they may go on. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lastValueFrom, toArray } from "rxjs";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { main } from "../../../src/cli/program.ts";
import { execute, type ExecutionOptions } from "../../../src/experiments/running/execute.ts";
import { characterTokenizer } from "../../../src/tokenizers/characters.ts";
import { planExperiment } from "../../../src/experiments/planning/run-plan.ts";
import { recorder } from "../../cli/recorder.ts";

const root = mkdtempSync(join(tmpdir(), "retort-changed-"));
afterAll(() => rmSync(root, { recursive: true }));
const [work, out] = [join(root, "work"), join(root, "runs")];
const [file, module, helper] = [join(work, "own.json"), join(work, "share.ts"), join(work, "lib", "half.ts")];

const experiment = {
  question: "Does an edit count?",
  task: { type: "arithmetic", numbers: [2, 2], range: [1, 4], operators: "+", train: 12, test: 4 },
  student: { type: "ngram", order: 2 },
  rewards: [{ type: "exact-match" }],
  objective: { type: "reinforce", baseline: { module: "./share.ts" } },
  rollouts: { group: 2 },
  training: { steps: 3, batch: 4, optimizer: { type: "adamw", learningRate: 0.1 } },
  evaluation: { prompts: 4 },
};

const code = (share: string): string => `import { defineBaseline } from "retort-rl/objectives"; import { half } from "./lib/half.ts";
export default defineBaseline({ create: () => ({ name: "share", initial: null,
  estimate: (rewards, _group, state) => ({ baselines: new Float32Array(rewards.length).fill(${share} * half), state }) }) });`;

beforeEach(() => {
  rmSync(root, { recursive: true });
  mkdirSync(join(work, "lib"), { recursive: true });
  writeFileSync(file, JSON.stringify(experiment));
  writeFileSync(module, code("0.5"));
  writeFileSync(helper, "export const half = 0.5;");
});

const run = (options: Partial<ExecutionOptions> = {}): Promise<unknown> => {
  const controller = new AbortController();
  return lastValueFrom(
    execute(planExperiment(file), { out, cache: join(root, "cache"), signal: controller.signal, threads: 1, ...options }).pipe(toArray()),
  );
};
const folders = (): string[] => (existsSync(join(out, "own")) ? readdirSync(join(out, "own")).toSorted() : []);
const manifest = (name: string): { id: string; status: string; files: Record<string, string> } =>
  JSON.parse(readFileSync(join(out, "own", name, "manifest.json"), "utf8")) as ReturnType<typeof manifest>;

describe("code", () => {
  test("is part of a run's id, with what it imports; what does not decide a result is not", () => {
    const ids = [planExperiment(file)[0]!.id];
    writeFileSync(module, code("0.25"));
    ids.push(planExperiment(file)[0]!.id);
    writeFileSync(helper, "export const half = 0.25;");
    ids.push(planExperiment(file)[0]!.id);
    expect(new Set(ids).size).toBe(3);
    writeFileSync(module, code("0.5"));
    writeFileSync(helper, "export const half = 0.5;");
    writeFileSync(join(work, "lib", "other.ts"), "export const other = 1;");
    expect(planExperiment(file)[0]!.id).toBe(ids[0]);
    const before = planExperiment(file)[0]!;
    const moved = join(root, "moved");
    mkdirSync(join(moved, "lib"), { recursive: true });
    for (const name of ["own.json", "share.ts", join("lib", "half.ts")]) copyFileSync(join(work, name), join(moved, name));
    expect(planExperiment(join(moved, "own.json"))[0]!.id).toBe(before.id);
  });

  test("is listed in the manifest with its hashes, and copied into the folder", async () => {
    await run();
    const [name] = folders() as [string];
    expect(manifest(name).files).toEqual({
      "lib/half.ts": expect.stringMatching(/^[0-9a-f]{64}$/u) as string,
      "share.ts": expect.stringMatching(/^[0-9a-f]{64}$/u) as string,
    });
    expect(readFileSync(join(out, "own", name, "code", "share.ts"), "utf8")).toBe(code("0.5"));
    expect(readFileSync(join(out, "own", name, "code", "lib", "half.ts"), "utf8")).toBe("export const half = 0.5;");
  });
});

describe("a run that is not done", () => {
  test("goes on with its own code; with other code it is refused with both hashes, and begins anew where that is asked for", async () => {
    await run({ pauseAt: 1 });
    const [first] = folders() as [string];
    const before = manifest(first).files["lib/half.ts"]!;
    writeFileSync(helper, "export const half = 0.125;");
    await expect(run()).rejects.toThrow(
      new RegExp(`lib/half\\.ts \\(sha256 ${before.slice(0, 12)} then, [0-9a-f]{12} now\\); put them back .* or add --fork`, "u"),
    );
    const { terminal, errors } = recorder();
    expect(await main(["run", file, "--out", out, "--cache", join(root, "cache")], terminal)).toBe(2);
    expect(errors()).toContain(`${file}: expected ${join(out, "own", first)}, which is not done, to go on with the files`);
    expect(folders()).toEqual([first]);
    await run({ fork: true });
    expect(folders()).toHaveLength(2);
    expect(
      folders()
        .map((name) => manifest(name).status)
        .toSorted(),
    ).toEqual(["done", "paused"]);
    writeFileSync(helper, "export const half = 0.5;");
    await run();
    expect(manifest(first).status).toBe("done");
    expect(folders()).toHaveLength(2);
  });

  test("is done again with other code where it was done", async () => {
    await run();
    writeFileSync(module, code("0.75"));
    await run();
    expect(folders().map((name) => manifest(name).status)).toEqual(["done", "done"]);
  });
});

test("data are among the files, with those of held-out prompts: an edit is another run, and one that is not done is refused", async () => {
  const lines = (...texts: readonly string[]): string => texts.map((prompt) => `${JSON.stringify({ prompt, reference: "b" })}\n`).join("");
  writeFileSync(join(work, "words.jsonl"), lines("one", "two", "three", "four"));
  writeFileSync(join(work, "held.jsonl"), lines("five"));
  const task = { type: "prompts", path: "words.jsonl", heldOut: { path: "held.jsonl" }, test: 1, tokenizer: { path: "tokens.json" } };
  const tokens = (letters: string): string => JSON.stringify(characterTokenizer(letters).toJSON());
  writeFileSync(join(work, "tokens.json"), tokens("abefhinortuwvxs"));
  writeFileSync(file, JSON.stringify({ ...experiment, task, evaluation: { prompts: 1 } }));
  const { id } = planExperiment(file)[0]!;
  await run({ pauseAt: 1 });
  const [first] = folders() as [string];
  expect(Object.keys(manifest(first).files)).toEqual(["held.jsonl", "lib/half.ts", "share.ts", "tokens.json", "words.jsonl"]);
  for (const [name, text] of [
    ["words.jsonl", lines("one", "two", "three", "for")],
    ["held.jsonl", lines("six")],
    ["tokens.json", tokens("sxvwuwrtonihfeba".replace("w", ""))],
  ] as const) {
    const before = readFileSync(join(work, name), "utf8");
    writeFileSync(join(work, name), text);
    expect(planExperiment(file)[0]!.id).not.toBe(id);
    await expect(run()).rejects.toThrow(new RegExp(`${name} \\(sha256 [0-9a-f]{12} then, [0-9a-f]{12} now\\)`, "u"));
    writeFileSync(join(work, name), before);
  }
  writeFileSync(file, JSON.stringify({ ...experiment, task: { ...task, tokenizer: { bpe: 261 } }, evaluation: { prompts: 1 } }));
  expect(planExperiment(file)[0]!.id).not.toBe(id);
  expect(folders()).toEqual([first]);
});

test("seeds that hold out other lines are seeds of one setting, though the tokenizer that is trained on the rest differs", () => {
  const names = ["ada", "ben", "cleo", "dov", "eva", "finn"];
  writeFileSync(join(work, "words.jsonl"), names.map((prompt) => `${JSON.stringify({ prompt, reference: prompt })}\n`).join(""));
  const of = (seed: number, size: number) => {
    const task = { type: "prompts", path: "words.jsonl", test: 3, tokenizer: { bpe: size } };
    writeFileSync(file, JSON.stringify({ ...experiment, seed, task, evaluation: { prompts: 3 } }));
    return planExperiment(file)[0]!;
  };
  const runs = [0, 1, 2, 3].map((seed) => of(seed, 262));
  expect(new Set(runs.map(({ id }) => id)).size).toBe(4);
  expect(new Set(runs.map(({ setting }) => setting)).size).toBe(1);
  expect(of(0, 263).setting).not.toBe(runs[0]!.setting);
});
