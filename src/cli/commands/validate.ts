/** `retort validate`: checks an experiment file, and says what it would run. */
import type { Command } from "commander";
import type { PlannedRun } from "../../experiments/planning/planned.ts";
import { readExperiment } from "../../experiments/file/extended-source.ts";
import { formatProblem } from "../../experiments/file/problem.ts";
import type { TriedReward, TriedRewards } from "../../experiments/explaining/tried-rewards.ts";
import { validateExperiment, type ValidatedRun } from "../../experiments/explaining/validated.ts";
import { machineMemory } from "../../sweeps/executors/available-memory.ts";
import { prepareSweep } from "../../sweeps/planning/prepare-sweep.ts";
import { hasSweep, type PlannedTrial } from "../../sweeps/planning/sweep-plan.ts";
import { addHubFlags, hubOptions, type HubFlags } from "../options/hub.ts";
import { table } from "../display/table.ts";
import type { Terminal } from "../display/terminal.ts";
import { visible } from "../../files/visible.ts";

interface ValidateFlags extends HubFlags {
  readonly json?: boolean;
  readonly callRewards?: boolean;
}

/** Trials that are listed where a person reads; JSON has them all. */
const mostListed = 20;

const trialsText = (trials: readonly PlannedTrial[]): string => {
  const rows = trials.slice(0, mostListed).map(({ name, label, id }) => [name, label, id.slice(0, 8)]);
  const more = trials.length - rows.length;
  return (
    `\n\nsweep of ${trials.length} ` +
    `trials\n\n${table(["trial", "values", "id"], rows)}${more > 0 ? `\nand ${more} more` : ""}`
  );
};

const overview = (runs: readonly PlannedRun[]): string =>
  table(
    ["run", "label", "starts from", "train prompts", "test prompts", "steps", "id"],
    runs.map((run) => [
      run.name,
      run.label,
      run.stages.map((stage) => stage.name).join(", ") || "nothing",
      run.prompts.train,
      run.prompts.test,
      run.values.training.steps,
      run.id.slice(0, 8),
    ]),
  );

/** What a line has room for. */
const short = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);

/** What is to be known of a reward's values. */
const remark = ({ values, notCalled }: TriedReward): string => {
  if (values === undefined) {
    const way = notCalled === "a model" ? "a run loads it" : "--call-rewards does";
    return `not called: it asks ${notCalled}; ${way}`;
  }
  return values.length > 1 && new Set(values).size === 1 ? "the same for each" : "";
};

const rewardsText = ({ prompt, completions, rewards }: TriedRewards): string => {
  const remarks = rewards.map(remark);
  const noted = remarks.some((text) => text !== "");
  const rows = rewards.map(({ pointer, name, values }, row) => [
    pointer,
    name,
    ...completions.map((_, index) => (values === undefined ? undefined : Number(values[index]!.toPrecision(4)))),
    ...(noted ? [remarks[row]!] : []),
  ]);
  const heads = ["reward", "name", ...completions.map(({ name }) => name), ...(noted ? ["note"] : [])];
  return `\n\nrewards of completions of ${visible(short(prompt))}\n\n${table(heads, rows)}`;
};

/** Each table once, however many runs have the same rewards. */
const allRewards = (runs: readonly ValidatedRun[]): string =>
  [...new Set(runs.flatMap(({ tried }) => tried.map(rewardsText)))].join("");

const validate = async (
  file: string,
  overrides: string[],
  { json = false, callRewards = false, ...flags }: ValidateFlags,
  terminal: Terminal,
): Promise<void> => {
  const hub = hubOptions(flags, terminal);
  const source = readExperiment(file);
  const validated = await validateExperiment(source, overrides, { callRewards, hub, memory: machineMemory() });
  const trials = hasSweep(source, overrides) ? (await prepareSweep(source, overrides, hub)).trials : [];
  if (json) {
    const runs = validated.map(({ run, warnings, tried }) => ({ ...run, warnings, tried }));
    terminal.output.write(`${JSON.stringify(trials.length === 0 ? runs : { runs, trials }, null, 2)}\n`);
    return;
  }
  const runs = validated.map(({ run }) => run);
  const rest = `${allRewards(validated)}${trials.length === 0 ? "" : trialsText(trials)}`;
  terminal.output.write(`${file}: ok\n\n${overview(runs)}${rest}\n`);
  const warnings = validated.flatMap((each) => each.warnings.map((one) => formatProblem(one, terminal.colors)));
  for (const text of new Set(warnings)) terminal.errors.write(`${terminal.colors.yellow("warning")}: ${text}\n`);
};

/** Adds description, arguments, options and action to the command. */
export const addValidate = (command: Command, terminal: Terminal): void => {
  command
    .description(
      "Checks a file with everything that a run checks before it starts, its sweep included, and prints its " +
        "runs and trials, or every problem at once. Calls each reward on a few completions of one prompt. Downloads " +
        "the checkpoints of the Hub that it names.",
    )
    .argument("<file>", "experiment file: JSON with comments, or YAML")
    .argument("[overrides...]", "values to set, such as /objective/alpha=0.5")
    .option("--call-rewards", "call rewards too that ask a server or run code in a sandbox")
    .option("--json", "print the runs with all values as JSON");
  addHubFlags(command)
    .addHelpText(
      "after",
      `
Examples:
  retort validate experiments/quickstart.json
  retort validate experiments/quickstart.json /objective/alpha=0.5 /seed=1`,
    )
    .action((file: string, overrides: string[], flags: ValidateFlags) => validate(file, overrides, flags, terminal));
};
