/**
 * How long `retort runs` and `retort results` take for 10,000 finished runs of a sweep, with an index and without: `npm run bench -- results`.
 * Needs `npm run build` first. `--runs N`, `--times N` for the least of several.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { table } from "../src/cli/table.ts";
import { contentHash } from "../src/experiments/canonical-json.ts";
import { planExperiment } from "../src/experiments/plan.ts";
import { surroundings } from "../src/experiments/surroundings.ts";

const { values: flags } = parseArgs({
  options: {
    runs: { type: "string", default: "10000" },
    times: { type: "string", default: "3" },
    command: { type: "string", default: "dist/cli/retort.js" },
  },
});
const [count, times] = [Number(flags.runs), Number(flags.times)];

const plan = planExperiment("experiments/quickstart.json")[0]!;
const place = surroundings();

/** A run of alpha x beta x learning rate x seed, as it lies when it is done. */
const writeRun = (root: string, k: number): void => {
  const [alpha, beta, learningRate, seed] = [
    (k % 10) / 10,
    ((Math.floor(k / 10) % 10) + 0.5) / 10,
    10 ** -(1 + (Math.floor(k / 100) % 10) / 2),
    Math.floor(k / 1000),
  ];
  const values = {
    ...plan.values,
    objective: { ...plan.values.objective, alpha, beta },
    training: { ...plan.values.training, optimizer: { type: "adamw", learningRate } },
    seed,
  };
  const id = contentHash(values);
  const folder = join(root, "sweep", `trial-${id.slice(0, 16)}`);
  mkdirSync(folder, { recursive: true });
  const started = new Date(1.7e12 + 60_000 * k).toISOString();
  const manifest = {
    name: "trial",
    label: "trial",
    id,
    file: "sweep.json",
    question: plan.question,
    values,
    axes: { "/objective/alpha": alpha, "/objective/beta": beta, "/training/optimizer/learningRate": learningRate, "/seed": seed },
    stages: {},
    checkpoints: {},
    engine: { name: "onnx", reason: "" },
    teacher: [],
    status: "done",
    attempt: 1,
    started,
    finished: started,
    ...place,
  };
  const names = [
    "loss",
    "reward",
    "divergence/jsd",
    "gradient/norm",
    "policy/entropy",
    "rollouts/length",
    "rollouts/truncated",
    "evaluation/rouge2",
  ];
  const metrics = Object.fromEntries(names.map((name, i) => [name, Math.sin(k * (i + 1))]));
  writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest, null, 2));
  writeFileSync(join(folder, "summary.json"), JSON.stringify({ accuracy: (k % 101) / 100, milliseconds: 60_000, metrics }));
};

const timed = (words: readonly string[]): number => {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [flags.command, ...words], { maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(`results: expected ${words[0]} to end with 0, got ${status} ${stderr.toString()}`);
  return performance.now() - start;
};

const least = (work: () => number): number => Math.min(...Array.from({ length: times }, work));

if (!existsSync(flags.command)) throw new Error(`results: expected the command at ${flags.command}; npm run build`);
const root = mkdtempSync(join(tmpdir(), "retort-results-"));
try {
  for (let k = 0; k < count; k += 1) writeRun(root, k);
  const index = join(root, "sweep", "index.jsonl");
  const commands = [
    ["runs", root],
    ["results", root],
    ["results", root, "--over", "/seed"],
  ];
  const rows = commands.map((words) => {
    const cold = least(() => {
      rmSync(index, { force: true });
      return timed(words);
    });
    return [`retort ${words.toSpliced(1, 1).join(" ")}`, cold / 1000, least(() => timed(words)) / 1000];
  });
  process.stdout.write(`${count} finished runs, seconds, the least of ${times}\n\n`);
  process.stdout.write(`${table(["command", "without an index", "with one"], rows)}\n\n`);
  process.stdout.write(`retort --version: ${(least(() => timed(["--version"])) / 1000).toFixed(3)} s\n`);
} finally {
  rmSync(root, { recursive: true, force: true });
}
