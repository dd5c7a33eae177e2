/**
 * The calibration of the small figures: `npm run calibrate`. Measures of each task the teacher, the students' starts,
 * their ceilings, and how flat the figures' steps leave them, with one seed that no figure has and one method, so that
 * no claim can be seen; then writes it with the hash of each figure's settings and claims, by which both are frozen.
 * Of the package as built. `--jobs`, `--out` and `--cache` are those of `retort sweep`; where a rule is broken nothing
 * is written without `--even-so`. `--keep` measures nothing, and freezes figures that are new by what was measured before.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { table } from "../src/cli/display/table.ts";
import { readExperiment } from "../src/experiments/file/extended-source.ts";
import { canonicalJson } from "../src/files/canonical-json.ts";
import { valueAt, type Json, type JsonObject } from "../src/files/json.ts";
import { writeJson } from "../src/files/json-file.ts";
import {
  brokenRules,
  calibrationPath,
  figureHash,
  readCalibration,
  type CalibratedTask,
  type Calibration,
} from "../src/reproduction/calibration.ts";
import { figuresFolder, figuresOf } from "../src/reproduction/figures.ts";
import { readTrialCurve } from "../src/reproduction/trial-curve.ts";
import { doneTrials } from "../src/results/claim-trials.ts";
import { readRuns } from "../src/runs/reading/read-runs.ts";

const { values: flags } = parseArgs({
  options: {
    jobs: { type: "string", default: "2" },
    out: { type: "string", default: "runs/calibration" },
    cache: { type: "string", default: ".retort" },
    "even-so": { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
  },
});
const command = join(import.meta.dirname, "../dist/cli/retort.js");

/** A base file, what is measured of it, and its students from the smallest. */
const tasks = [
  { task: "arithmetic", metric: "accuracy", students: ["small", "base", "large"] },
  { task: "reports", metric: "rouge-2", students: ["small", "base", "large"] },
  { task: "translation", metric: "bleu", students: ["small", "base"] },
  { task: "instructions", metric: "accuracy", students: ["base"] },
] as const;
type Task = (typeof tasks)[number];
type DoneTrial = Awaited<ReturnType<typeof doneTrials>>[number];

/** No figure's. */
const seed = 99;
const method = "ImitKD: forward KL, half of the sequences the student's own";

const baseOf = ({ task }: Task): string => join(figuresFolder, "base", `${task}.json`);

const numberAt = (value: Json, pointer: string): number => {
  const found = valueAt(value, pointer);
  if (typeof found !== "number") throw new TypeError(`calibrate: expected a number at ${pointer}, got none`);
  return found;
};

/** Runs a file that extends the task's, and reads its trials. */
const runTrials = async (task: Task, name: string, added: JsonObject): Promise<readonly DoneTrial[]> => {
  const folder = resolve(flags.out);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${task.task}-${name}.json`);
  await writeJson(path, { extends: baseOf(task), seed, ...added });
  const words = ["sweep", path, "--jobs", flags.jobs, "--out", folder, "--cache", flags.cache];
  const { status } = spawnSync(process.execPath, [command, ...words], { stdio: "inherit" });
  if (status !== 0) throw new Error(`calibrate: expected ${basename(path)} to end with 0, got ${status}`);
  return doneTrials(readRuns(join(folder, basename(path, ".json"))).runs);
};

/** A metric of a trial, before or after it. */
const measured = ({ run, trial }: DoneTrial, which: "initial" | "final", metric: string): number => {
  const found = trial[which][metric];
  if (found === undefined) throw new Error(`${run.folder}: expected ${metric} in its ${which} evaluation, got none`);
  return found;
};

/** The trial whose student is this one, a stage's name or what the stage makes. */
const trialOf = (trials: readonly DoneTrial[], student: Json): DoneTrial => {
  const found = trials.find(({ trial }) => canonicalJson(trial.axes["/student"]) === canonicalJson(student));
  if (found === undefined) throw new Error(`calibrate: expected a trial of ${canonicalJson(student)}, got none`);
  return found;
};

/** A metric after so many steps. */
const measuredAt = async ({ run }: DoneTrial, step: number, metric: string): Promise<number> => {
  const found = (await readTrialCurve(run))?.find((point) => point.step === step)?.metrics[metric];
  if (found === undefined) throw new Error(`${run.folder}: expected ${metric} at step ${step}, got none`);
  return found;
};

/** The students of a task, fine-tuned on all prompts for four times as many steps. */
const ceilingsOf = (task: Task, stages: readonly JsonObject[]): Promise<readonly DoneTrial[]> =>
  runTrials(task, "ceiling", {
    student: { stage: null, ...(stages[0]!["student"] as JsonObject) },
    objective: { type: "sft", average: "token", divergence: null },
    data: { onPolicyFraction: 0, examples: null },
    sweep: {
      zip: [
        {
          "/student": stages.map(({ student }) => student!),
          "/training": stages.map(({ training }) => ({
            ...(training as JsonObject),
            steps: 4 * numberAt(training!, "/steps"),
          })),
        },
      ],
    },
  });

const calibrate = async (task: Task): Promise<CalibratedTask> => {
  const { metric, students } = task;
  const base = readExperiment(baseOf(task)).value;
  const steps = numberAt(base, "/training/steps");
  const quarter = Math.round(steps / 4);
  const stages = students.map((stage) => valueAt(base, `/stages/${stage}`) as JsonObject);
  const axes = { "/student": students.map((stage) => ({ stage })) };
  // The teacher itself, examined after a step too small to change it.
  const [teacher] = await runTrials(task, "teacher", {
    student: { stage: "teacher" },
    objective: { type: "sft", average: "token", divergence: null },
    data: { onPolicyFraction: 0 },
    training: { steps: 1, optimizer: { learningRate: 1e-12 }, schedule: { warmup: 0 } },
    sweep: { axes: { "/seed": [seed] } },
  });
  const data = { onPolicyFraction: 0.5 };
  const once = await runTrials(task, "once", { data, evaluation: { every: quarter }, sweep: { axes } });
  const twice = await runTrials(task, "twice", { data, training: { steps: 2 * steps }, sweep: { axes } });
  const ceilings = await ceilingsOf(task, stages);
  const rows = students.map(async (stage, i) => {
    const trial = trialOf(once, { stage });
    return {
      stage,
      start: measured(trial, "initial", metric),
      ceiling: measured(trialOf(ceilings, stages[i]!["student"]!), "final", metric),
      threeQuarters: await measuredAt(trial, 3 * quarter, metric),
      after: measured(trial, "final", metric),
      twice: measured(trialOf(twice, { stage }), "final", metric),
    };
  });
  return {
    task: task.task,
    metric,
    prompts: numberAt(base, "/evaluation/prompts"),
    steps,
    teacher: measured(teacher!, "final", metric),
    students: await Promise.all(rows),
  };
};

/** What was measured before; `Error` where a figure has changed since, for then it may have been of other settings. */
const measuredBefore = (): readonly CalibratedTask[] => {
  const before = readCalibration();
  if (before === undefined) throw new Error("calibrate: expected a calibration for --keep, got none");
  const changed = figuresOf("small").filter((figure) => {
    const frozen = before.figures[figure.name];
    return frozen !== undefined && frozen.settings !== figureHash(figure);
  });
  if (changed.length > 0)
    throw new Error(`calibrate: expected figures as they were frozen for --keep, got others: ${changed[0]!.path}`);
  return before.tasks;
};

const measureAll = async (): Promise<readonly CalibratedTask[]> => {
  const found: CalibratedTask[] = [];
  for (const task of tasks) found.push(await calibrate(task));
  return found;
};

const found = flags.keep ? measuredBefore() : await measureAll();
const rows = found.flatMap(({ task, teacher, students }) =>
  students.map(({ stage, ...numbers }) => [
    task,
    teacher.toPrecision(3),
    stage,
    ...Object.values(numbers).map((one) => one.toPrecision(3)),
  ]),
);
process.stdout.write(
  `\n${table(["task", "teacher", "student", "start", "ceiling", "at 3/4", "after", "twice"], rows)}\n`,
);
const broken = found.flatMap(brokenRules);
for (const line of broken) process.stdout.write(`${line}\n`);
if (broken.length > 0 && !flags["even-so"]) {
  process.stdout.write("not frozen: change the settings, or freeze them with --even-so\n");
  process.exitCode = 1;
} else {
  const before = readCalibration()?.figures ?? {};
  const now = new Date().toISOString();
  const figures: Record<string, Calibration["figures"][string]> = {};
  for (const figure of figuresOf("small")) {
    const settings = figureHash(figure);
    const frozen = before[figure.name]?.settings === settings ? before[figure.name]!.frozen : now;
    figures[figure.name] = { settings, frozen };
  }
  await writeJson(calibrationPath(), { method, tasks: found, figures });
  process.stdout.write(`frozen: ${calibrationPath()}\n`);
}
