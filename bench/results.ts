/**
 * How long `retort runs` and `retort results` take for 10,000 finished trials of a sweep: after `retort sweep`, which
 * leaves an index, and without one: `npm run bench -- results`. Needs `npm run build` first. `--times N` for the least
 * of several. The trials' manifests and summaries are written here, under their real names; `retort sweep` finds them
 * done.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { table } from "../src/cli/display/table.ts";
import { readExperiment } from "../src/experiments/file/extended-source.ts";
import type { PlannedRun } from "../src/experiments/planning/planned.ts";
import { provenance } from "../src/runs/folder/provenance.ts";
import { planSweep } from "../src/sweeps/planning/sweep-plan.ts";

const { values: flags } = parseArgs({
  options: {
    times: { type: "string", default: "3" },
    command: { type: "string", default: "dist/cli/retort.js" },
  },
});
const times = Number(flags.times);

const file = "experiments/quickstart.json";
const tenths = Array.from({ length: 10 }, (_, i) => i / 10);
const axes = {
  "/objective/alpha": tenths,
  "/objective/divergence/beta": tenths.map((tenth) => tenth + 0.05),
  "/training/optimizer/learningRate": tenths.map((tenth) => 10 ** -(1 + 5 * tenth)),
  "/seed": tenths.map((tenth) => 10 * tenth),
};
const overrides = ["/task/train=1000", '/objective/divergence={"type": "jsd"}', `/sweep=${JSON.stringify({ axes })}`];
const recorded = provenance();

/** Writes the files of a trial that is done. */
const writeTrial = (root: string, run: PlannedRun, k: number): void => {
  const folder = join(root, "quickstart", `trial-${run.id.slice(0, 16)}`);
  mkdirSync(folder, { recursive: true });
  const started = new Date(1.7e12 + 60_000 * k).toISOString();
  const manifest = {
    name: run.name,
    label: run.label,
    id: run.id,
    file: run.path,
    question: run.question,
    paper: run.paper,
    values: run.values,
    axes: run.axes,
    stages: Object.fromEntries(run.stages.map((stage) => [stage.name, stage.id])),
    checkpoints: {},
    engine: { name: "onnx", reason: "" },
    teacher: [],
    status: "done",
    attempt: 1,
    started,
    finished: started,
    ...recorded,
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
  writeFileSync(
    join(folder, "summary.json"),
    JSON.stringify({ milliseconds: 60_000, metrics: { ...metrics, accuracy: (k % 101) / 100 } }),
  );
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
  const trials = planSweep(readExperiment(file), overrides);
  trials.forEach((run, k) => writeTrial(root, run, k));
  const index = join(root, "quickstart", "index.jsonl");
  const commands = [
    ["runs", root],
    ["results", root],
    ["results", root, "--over", "/seed"],
  ];
  const cold = commands.map((words) =>
    least(() => {
      rmSync(index, { force: true });
      return timed(words);
    }),
  );
  rmSync(index);
  const sweep = timed(["sweep", file, ...overrides, "--out", root, "--cache", join(root, "cache"), "--quiet"]);
  if (!existsSync(index)) throw new Error("results: expected retort sweep to leave an index, got none");
  const rows = commands.map((words, i) => [
    `retort ${words.toSpliced(1, 1).join(" ")}`,
    cold[i]! / 1000,
    timed(words) / 1000,
    least(() => timed(words)) / 1000,
  ]);
  process.stdout.write(`${trials.length} finished trials, seconds; the least of ${times} but for the first look\n\n`);
  process.stdout.write(`${table(["command", "without an index", "first after retort sweep", "later"], rows)}\n\n`);
  process.stdout.write(`retort sweep, which finds all of them done: ${(sweep / 1000).toFixed(1)} s\n`);
  process.stdout.write(`retort --version: ${(least(() => timed(["--version"])) / 1000).toFixed(3)} s\n`);
} finally {
  rmSync(root, { recursive: true, force: true });
}
