/**
 * `retort sweep`: runs the trials of an experiment file's sweep, and resumes one that was stopped, however it was
 * stopped.
 */
import { resolve } from "node:path";
import { InvalidArgumentError, Option, type Command } from "commander";
import type { Executor, SweepFolder } from "../../../sweeps/executors/executor.ts";
import { machineMemory } from "../../../sweeps/executors/available-memory.ts";
import { local } from "../../../sweeps/executors/local.ts";
import { slurm } from "../../../sweeps/executors/slurm.ts";
import { trialStates, type TrialState } from "../../../sweeps/driving/drive.ts";
import { freeze, sweepFolder, writeFrozen } from "../../../sweeps/planning/frozen.ts";
import { prepareSweep, type PreparedSweep } from "../../../sweeps/planning/prepare-sweep.ts";
import { indexRuns } from "../../../runs/reading/read-runs.ts";
import { changeText } from "../../../runs/folder/changed-files.ts";
import { olderTrials } from "../../../sweeps/planning/older-trials.ts";
import { outcomeOf } from "../../../training/recipe/headline.ts";
import { duration } from "../../display/number-text.ts";
import { addHubFlags, hubOptions, type HubFlags } from "../../options/hub.ts";
import { localJobs } from "../../options/local-jobs.ts";
import { overMemoryOption } from "../../options/over-memory.ts";
import { numberFrom } from "../../options/numbers.ts";
import type { DisplayStyle } from "../../display/progress.ts";
import { axisOverride } from "../../options/axis.ts";
import { redisIn, redisOption } from "../../options/redis-option.ts";
import { driveShown, reportFailures } from "../../sweep-progress/driving.ts";
import { addKubernetesFlags, emitJob, type KubernetesFlags } from "./kubernetes.ts";
import { countsText, trialsTable } from "../../sweep-progress/text.ts";
import { uiOption, withUi, type UiFlag } from "../../options/ui-option.ts";
import type { Terminal } from "../../display/terminal.ts";
import { visible } from "../../../files/visible.ts";

interface SweepFlags extends HubFlags, KubernetesFlags {
  readonly out: string;
  readonly cache: string;
  readonly axis?: readonly string[];
  readonly dryRun?: true;
  readonly overMemory?: true;
  readonly executor: "local" | "slurm" | "bullmq" | "kubernetes";
  readonly redis: string;
  readonly slurm?: readonly string[];
  readonly quiet?: true;
  readonly json?: true;
  readonly ui?: UiFlag;
}

const style = ({ quiet, json }: SweepFlags): DisplayStyle =>
  json === true ? "json" : quiet === true ? "quiet" : "auto";

/** Milliseconds of all that is not done, one after another, at the pace of what is; nothing when nothing is done. */
const workLeft = (all: readonly TrialState[]): number | undefined => {
  const done = all.filter(({ progress }) => progress.milliseconds !== undefined);
  const [time, steps] = [
    done.reduce((sum, { progress }) => sum + progress.milliseconds!, 0),
    done.reduce((sum, { trial }) => sum + trial.steps, 0),
  ];
  if (steps === 0) return undefined;
  return all.reduce((sum, { trial, progress }) => sum + (trial.steps - progress.step) * (time / steps), 0);
};

const listTrials = (all: readonly TrialState[], flags: SweepFlags, { output }: Terminal): void => {
  const left = workLeft(all);
  if (flags.json === true) {
    const trials = all.map(({ trial, folder, progress }) => ({
      ...trial,
      folder,
      ...progress,
      ...outcomeOf(progress.metrics),
    }));
    output.write(`${JSON.stringify({ trials, millisecondsLeft: left }, null, 2)}\n`);
    return;
  }
  const time =
    left === undefined || left === 0 ? "" : `; about ${duration(left)} of training left, one trial after another`;
  output.write(`${trialsTable(all)}\n\n${all.length} trials: ${countsText(all)}${time}\n`);
};

const executorOf = async (
  flags: SweepFlags,
  memory: PreparedSweep["memory"],
  terminal: Terminal,
): Promise<Executor> => {
  const { executor, jobs, threads, slurm: options = [], redis } = flags;
  if (executor === "slurm") return slurm({ jobs, options });
  if (executor === "local") return local(jobs ?? localJobs(threads, () => memory.largest(threads), terminal));
  const address = redisIn(redis);
  // The queue's libraries are loaded for this executor only.
  const { bullmq } = await import("../../../sweeps/executors/bullmq.ts");
  return bullmq(address);
};

/** Says that there are results of other code or data, which are no results of this sweep. */
const sayOlder = (folder: string, prepared: PreparedSweep, { errors, colors }: Terminal): void => {
  const { count, changes } = olderTrials(folder, prepared);
  if (count === 0) return;
  const trials = count === 1 ? "1 trial there is" : `${count} trials there are`;
  errors.write(
    `${colors.yellow("older")}: ${trials} of other files: ${visible(changes.map(changeText).join(", "))}; ` +
      "they are left as they are, and those of the files as they are now are run\n",
  );
};

const run = async (
  { folder, sweep }: SweepFolder,
  { memory, halving }: Pick<PreparedSweep, "memory" | "halving">,
  flags: SweepFlags,
  terminal: Terminal,
): Promise<void> => {
  const executor = await executorOf(flags, memory, terminal);
  await writeFrozen(folder, sweep);
  const { threads, retries } = flags;
  const all = await driveShown(
    { folder, sweep },
    halving,
    { executor, threads, retries, style: style(flags) },
    terminal,
  );
  if (flags.json !== true) terminal.output.write(`${trialsTable(all)}\n\n${all.length} trials: ${countsText(all)}\n`);
  indexRuns(folder);
  await reportFailures(all, terminal);
};

const perform = async (
  file: string,
  overrides: readonly string[],
  flags: SweepFlags,
  terminal: Terminal,
): Promise<void> => {
  const shown = flags.quiet === true ? { ...terminal, live: undefined } : terminal;
  const axes = (flags.axis ?? []).map(axisOverride);
  // Elsewhere each trial is held to the machine that it comes to.
  const isHere = flags.executor === "local" && flags.dryRun !== true && flags.overMemory !== true;
  const machine = isHere ? machineMemory() : undefined;
  const prepared = await prepareSweep(file, [...overrides, ...axes], hubOptions(flags, shown), undefined, machine);
  const sweep = freeze(prepared, flags.cache, flags.overMemory);
  const folder = resolve(sweepFolder(flags.out, file));
  if (flags.quiet !== true) sayOlder(folder, prepared, terminal);
  if (flags.dryRun === true) listTrials(await trialStates({ folder, sweep }), flags, terminal);
  else if (flags.executor === "kubernetes") {
    if (prepared.halving !== undefined) {
      throw new InvalidArgumentError(
        "--executor kubernetes: expected a sweep without halving, whose trials wait for one another, got one with it",
      );
    }
    await emitJob(folder, sweep, flags, terminal);
  } else await withUi(flags.ui, flags.out, terminal, () => run({ folder, sweep }, prepared, flags, terminal));
};

const examples = `
Examples:
  retort sweep experiments/alpha.json --dry-run
  retort sweep experiments/alpha.json --jobs 4
  retort sweep experiments/quickstart.json --axis alpha=0.2,0.5 --axis seed=0,1,2
  retort sweep experiments/alpha.json --executor slurm --slurm=--partition=gpu --slurm=--time=60
  retort sweep experiments/alpha.json --executor bullmq --redis redis://queue:6379 --out /shared/runs
  retort sweep /shared/alpha.json --executor kubernetes --emit job.yaml --image retort:1 --claim runs \\
    --mount /shared --out /shared/runs --cache /shared/.retort
  retort sweep experiments/quickstart.json '/sweep={"axes": {"/objective/alpha": [0.1, 0.5], "/seed": [0, 1, 2]}}'`;

/** Adds description, arguments, options and action to the command. */
export const addSweep = (command: Command, terminal: Terminal): void => {
  command
    .description(
      "Runs the trials of a file's sweep, several at once, each in a process of its own. Trials that are " +
        "done are not run again, interrupted ones resume, failed ones are tried again.",
    )
    .argument("<file>", "experiment file with a sweep: JSON with comments, or YAML")
    .argument("[overrides...]", "values to set, such as /training/steps=100 or /sweep/axes/~1seed=[0,1]")
    .option(
      "--axis <axis>",
      "values that the trials take, beside the file's sweep, such as alpha=0.2,0.5 or /seed=[0,1]; may be given " +
        "several times",
      (one: string, all?: string[]) => [...(all ?? []), one],
    )
    .option("--dry-run", "list the trials and their progress, and run none")
    .addOption(
      new Option(
        "--executor <name>",
        "who runs the trials: processes of this machine, which stop when this command is gone; tasks of an " +
          "array on Slurm, or workers (retort worker), which continue when it is killed, and stop when Ctrl-C or " +
          "SIGTERM stops it; or nothing yet, but the pods of a Job that is written (--emit)",
      )
        .choices(["local", "slurm", "bullmq", "kubernetes"])
        .default("local"),
    )
    .option(
      "--slurm <option>",
      "an option of sbatch, such as --partition=gpu; may be given several times",
      (one: string, all?: string[]) => [...(all ?? []), one],
    )
    .addOption(redisOption())
    .option(
      "--jobs <n>",
      "trials at once, locally or in a Slurm array; locally, when left out, one for each core and its " +
        "threads, as far as memory goes",
      numberFrom(1, true),
    )
    .option("--threads <n>", "threads of each part of a trial", numberFrom(1, true), 1)
    .option("--retries <n>", "how many times a trial that failed is tried again", numberFrom(0, true), 1)
    .option("--out <folder>", "where the runs' folders go", "runs")
    .option("--cache <folder>", "where stages and unfinished runs are stored", ".retort")
    .addOption(overMemoryOption())
    .option("--quiet", "print the results only")
    .option("--json", "print one JSON event a line")
    .addOption(uiOption());
  addKubernetesFlags(command);
  addHubFlags(command)
    .addHelpText("after", examples)
    .action((file: string, overrides: string[], flags: SweepFlags) => perform(file, overrides, flags, terminal));
};
