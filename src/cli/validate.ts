/** `retort validate`: checks an experiment file, and says what it would run. */
import type { Command } from "commander";
import type { PlannedRun } from "../experiments/plan.ts";
import { prepareExperiment } from "../experiments/prepare.ts";
import { addHubFlags, hubOptions, type HubFlags } from "./hub.ts";
import { table } from "./table.ts";
import type { Terminal } from "./terminal.ts";

const overview = (runs: readonly PlannedRun[]): string =>
  table(
    ["run", "label", "starts from", "steps", "id"],
    runs.map((run) => [
      run.name,
      run.label,
      run.stages.map((stage) => stage.name).join(", ") || "nothing",
      run.values.training.steps,
      run.id.slice(0, 8),
    ]),
  );

/** Adds the command to the program. */
export const addValidate = (program: Command, terminal: Terminal): void => {
  const command = program
    .command("validate")
    .description(
      "Checks a file with everything that a run checks before it starts, and prints its runs, or every problem at once. Downloads the checkpoints of the Hub that it names.",
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
      const runs = await prepareExperiment(file, overrides, hubOptions(flags, terminal));
      if (json) terminal.output.write(`${JSON.stringify(runs, null, 2)}\n`);
      else terminal.output.write(`${file}: ok\n\n${overview(runs)}\n`);
    });
};
