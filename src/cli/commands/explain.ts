/** `retort explain`: what a file means, value by value, and what its runs take. */
import type { Command } from "commander";
import { explainExperiment, type ExplainedRun, type ExplainedTraining } from "../../experiments/explaining/explain.ts";
import { duration, mebibytes } from "../display/number-text.ts";
import { addHubFlags, hubOptions, type HubFlags } from "../options/hub.ts";
import { table } from "../display/table.ts";
import { printable, type Terminal } from "../display/terminal.ts";

interface ExplainOptions extends HubFlags {
  readonly out: string;
  readonly cache: string;
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
      mebibytes(Math.max(one.memory.sampling, one.memory.training)),
      timeOf(one),
      one.id.slice(0, 16),
    ]),
  );

/** What a line has room for. */
const short = (text: string): string => (text.length > 48 ? `${text.slice(0, 45)}...` : text);

const textOf = ({ name, label, values, trainings: all }: ExplainedRun): string => {
  const rows = values.map(({ pointer, value, from }) => [pointer, short(JSON.stringify(value)), from].map(printable));
  const title = printable(name === label ? name : `${name}: ${label}`);
  return `${title}\n\n${table(["value", "is", "from"], rows)}\n\n${trainings(all)}\n`;
};

/** Adds description, arguments, options and action to the command. */
export const addExplain = (command: Command, terminal: Terminal): void => {
  command
    .description(
      "Prints every value of a file's runs with where it was written, the stages that they start " +
        "from, and what they take: memory as an estimate for the student's programs, time as earlier trainings " +
        "of the same kind took.",
    )
    .argument("<file>", "experiment file: JSON with comments, or YAML")
    .argument("[overrides...]", "values to set, such as /objective/alpha=0.5")
    .option("--out <folder>", "where the runs' folders are", "runs")
    .option("--cache <folder>", "where stages are stored", ".retort")
    .option("--json", "print it as JSON, memory in bytes");
  addHubFlags(command)
    .addHelpText("after", "\nExample:\n  retort explain experiments/quickstart.json /seed=1")
    .action(async (file: string, overrides: string[], { out, cache, json, ...flags }: ExplainOptions) => {
      const runs = await explainExperiment(file, overrides, { out, cache }, hubOptions(flags, terminal));
      terminal.output.write(json === true ? `${JSON.stringify(runs, null, 2)}\n` : runs.map(textOf).join("\n"));
    });
};
