/** `retort validate`: checks an experiment file, and says what it would run. */
import type { Command } from "commander";
import type { PlannedRun } from "../../experiments/planning/planned.ts";
import { readExperiment } from "../../experiments/file/extended-source.ts";
import { prepareExperiment } from "../../experiments/planning/run-plan.ts";
import { prepareSweep } from "../../sweeps/planning/prepare-sweep.ts";
import { hasSweep, type PlannedTrial } from "../../sweeps/planning/sweep-plan.ts";
import { addHubFlags, hubOptions, type HubFlags } from "../options/hub.ts";
import { table } from "../display/table.ts";
import type { Terminal } from "../display/terminal.ts";

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

/** Adds description, arguments, options and action to the command. */
export const addValidate = (command: Command, terminal: Terminal): void => {
  command
    .description(
      "Checks a file with everything that a run checks before it starts, its sweep included, and prints its " +
        "runs and trials, or every problem at once. Downloads the checkpoints of the Hub that it names.",
    )
    .argument("<file>", "experiment file: JSON with comments, or YAML")
    .argument("[overrides...]", "values to set, such as /objective/alpha=0.5")
    .option("--json", "print the runs with all values as JSON");
  addHubFlags(command)
    .addHelpText(
      "after",
      `
Examples:
  retort validate experiments/quickstart.json
  retort validate experiments/quickstart.json /objective/alpha=0.5 /seed=1`,
    )
    .action(async (file: string, overrides: string[], { json = false, ...flags }: HubFlags & { json?: boolean }) => {
      const hub = hubOptions(flags, terminal);
      const source = readExperiment(file);
      const runs = await prepareExperiment(source, overrides, hub);
      const trials = hasSweep(source, overrides) ? (await prepareSweep(source, overrides, hub)).trials : [];
      if (json) terminal.output.write(`${JSON.stringify(trials.length === 0 ? runs : { runs, trials }, null, 2)}\n`);
      else terminal.output.write(`${file}: ok\n\n${overview(runs)}${trials.length === 0 ? "" : trialsText(trials)}\n`);
    });
};
