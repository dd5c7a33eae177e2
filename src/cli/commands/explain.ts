/** `retort explain`: what a file means, value by value, and what its runs take. */
import type { Command } from "commander";
import type { HubOptions } from "../../policies/checkpoints/hub/hub.ts";
import { explainExperiment, type ExplainedRun, type ExplainedTraining } from "../../experiments/explaining/explain.ts";
import { readExperiment } from "../../experiments/file/extended-source.ts";
import { prepareSweep } from "../../sweeps/planning/prepare-sweep.ts";
import { hasSweep } from "../../sweeps/planning/sweep-plan.ts";
import { SweepTimes, type SweepTime } from "../../sweeps/planning/sweep-time.ts";
import { prepareExperiment } from "../../experiments/planning/run-plan.ts";
import { limitOf, memoryOption, withFittingParts } from "../options/memory.ts";
import { numberFrom } from "../options/numbers.ts";
import { duration, mebibytes } from "../display/number-text.ts";
import { addHubFlags, hubOptions, type HubFlags } from "../options/hub.ts";
import { table } from "../display/table.ts";
import type { Terminal } from "../display/terminal.ts";
import { visible } from "../../files/visible.ts";

interface ExplainOptions extends HubFlags {
  readonly out: string;
  readonly cache: string;
  readonly jobs?: number;
  readonly memory?: number;
  readonly all?: true;
  readonly json?: true;
}

const timeOf = ({ earlier, steps, made }: ExplainedTraining): string => {
  if (made) return "none";
  if (earlier === undefined) return "not measured yet";
  return `${duration(earlier.millisecondsPerStep * steps)}, as ${earlier.trainings} before`;
};

const trainings = (all: readonly ExplainedTraining[]): string =>
  table(
    [
      "training",
      "state",
      "train prompts",
      "test prompts",
      "steps",
      "sequences",
      "tokens at most",
      "memory",
      "time",
      "id",
    ],
    all.map((one) => [
      one.name,
      one.folder === undefined ? "run" : one.made ? "made" : "to be made",
      one.prompts.train,
      one.prompts.test,
      one.steps,
      one.steps * one.batch,
      one.steps * one.batch * one.length,
      mebibytes(one.memory.peak),
      timeOf(one),
      one.id.slice(0, 16),
    ]),
  );

/** What a line has room for. */
const short = (text: string): string => (text.length > 48 ? `${text.slice(0, 45)}...` : text);

/** What a run's trainings that are not made yet take together; the time where all of it is known. */
const cost = (all: readonly ExplainedTraining[]): string => {
  const left = all.filter(({ made }) => !made);
  const steps = left.reduce((sum, one) => sum + one.steps, 0);
  const memory = left.reduce((most, one) => Math.max(most, one.memory.peak), 0);
  const times = left.map(({ earlier, steps: own }) => (earlier?.millisecondsPerStep ?? NaN) * own);
  const time = times.reduce((sum, one) => sum + one, 0);
  const known = Number.isNaN(time) ? "time not measured yet" : `about ${duration(time)}`;
  return `takes ${steps} steps of ${left.length} trainings, ${mebibytes(memory)} at most, ${known}`;
};

const switchText = ({ pointer, from, to, dropped }: ExplainedRun["switches"][number]): string =>
  `${pointer}: ${to} takes the place of ${from}` +
  (dropped.length === 0 ? "" : `, whose ${dropped.join(", ")} went with it`);

const textOf = ({ name, label, values, switches, trainings: all }: ExplainedRun, whole: boolean): string => {
  const written = values.filter(({ from }) => from !== "default");
  const defaults = values.length - written.length;
  const shown = whole ? [...written, ...values.filter(({ from }) => from === "default")] : written;
  const rows = shown.map(({ pointer, value, from }) => [pointer, short(JSON.stringify(value)), from].map(visible));
  const title = visible(name === label ? name : `${name}: ${label}`);
  const more = whole || defaults === 0 ? [] : [`and ${defaults} defaults, which --all shows`];
  return `${[
    `${title}\n${cost(all)}`,
    trainings(all),
    [table(["value", "is", "from"], rows), ...more].join("\n"),
    ...(switches.length === 0 ? [] : [switches.map((one) => visible(switchText(one))).join("\n")]),
  ].join("\n\n")}\n`;
};

const counted = (count: number, name: string): string => `${count} ${name}${count === 1 ? "" : "s"}`;

/** What is left of a sweep takes: stages once, each trial by itself. */
const timeText = ({ trials, stages, unmeasured, milliseconds }: SweepTime, jobs: number): string => {
  if (trials === 0) return "all done";
  if (unmeasured === trials + stages) return "time not measured yet";
  const what = `${counted(trials, "trial")} to run and ${counted(stages, "stage")} to make once`;
  const left = unmeasured === 0 ? "" : `; ${unmeasured} of them not measured yet, and not counted`;
  const how = jobs === 1 ? "one after another" : `${jobs} at once, each as fast as alone`;
  return `about ${duration(milliseconds)} for ${what}, ${how}${left}`;
};

const sweepText = async (
  file: string,
  overrides: readonly string[],
  { jobs = 1, ...folders }: ExplainOptions,
  hub: HubOptions,
): Promise<string> => {
  const times = new SweepTimes(file, folders);
  const { trials, halving } = await prepareSweep(file, overrides, hub, (trial) => times.add(trial));
  const stopped = halving === undefined ? "" : "; halving stops some before their end";
  return `sweep of ${counted(trials.length, "trial")}: ${timeText(times.total(jobs), jobs)}${stopped}\n\n`;
};

/** The overrides, with parts of batches for `--memory`. `ExperimentError` where none is small enough. */
const fittingOverrides = async (
  file: string,
  overrides: readonly string[],
  { memory }: ExplainOptions,
  hub: HubOptions,
  { errors }: Terminal,
): Promise<readonly string[]> => {
  if (memory === undefined) return overrides;
  const source = readExperiment(file);
  const all = await withFittingParts(source, overrides, memory, { hub, errors });
  await prepareExperiment(source, all, hub, limitOf(memory));
  return all;
};

/** Adds description, arguments, options and action to the command. */
export const addExplain = (command: Command, terminal: Terminal): void => {
  command
    .description(
      "Prints what a file's runs take, the stages that they start from, and each value that the file says with where " +
        "it was written: memory as an estimate of the process's peak on this machine, time as earlier trainings of " +
        "the same kind took. Defaults are counted; --all prints them too.",
    )
    .argument("<file>", "experiment file: JSON with comments, or YAML")
    .argument("[overrides...]", "values to set, such as /objective/alpha=0.5")
    .option("--out <folder>", "where the runs' folders are", "runs")
    .option("--cache <folder>", "where stages are stored", ".retort")
    .option("--jobs <n>", "of a sweep: the time with this many trials at once", numberFrom(1, true))
    .addOption(memoryOption())
    .option("--all", "print every value, defaults too")
    .option("--json", "print it as JSON, every value, memory in bytes");
  addHubFlags(command)
    .addHelpText("after", "\nExample:\n  retort explain experiments/quickstart.json /seed=1")
    .action(async (file: string, given: string[], options: ExplainOptions) => {
      const { out, cache, all, json } = options;
      const hub = hubOptions(options, terminal);
      const overrides = await fittingOverrides(file, given, options, hub, terminal);
      const runs = await explainExperiment(file, overrides, { out, cache }, hub);
      if (json === true) return void terminal.output.write(`${JSON.stringify(runs, null, 2)}\n`);
      const head = hasSweep(readExperiment(file), overrides) ? await sweepText(file, overrides, options, hub) : "";
      terminal.output.write(head + runs.map((run) => textOf(run, all === true)).join("\n"));
    });
};
