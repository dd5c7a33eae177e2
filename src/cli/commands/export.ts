/** `retort export`: runs where other programs read them. */
import { InvalidArgumentError, Option, type Command } from "commander";
import { exporters } from "../../results/exporters/index.ts";
import { interruptible } from "../display/interruptible.ts";
import { addRunChoice, addStatusChoice, readChosen, type RunChoice } from "../options/run-choice.ts";
import type { Terminal } from "../display/terminal.ts";
import { visible } from "../../files/visible.ts";

interface ExportOptions extends RunChoice {
  readonly to: string;
  readonly target?: string;
}

const perform = async (
  root: string,
  { to, target: given, ...choice }: ExportOptions,
  terminal: Terminal,
): Promise<void> => {
  const exporter = exporters.find(({ type }) => type === to)!;
  const target = given ?? exporter.target;
  if (target === undefined)
    throw new InvalidArgumentError(`--to ${to}: expected --target, got none; it is ${exporter.description}`);
  const { chosen: runs } = await readChosen(root, choice, terminal);
  if (runs.length === 0)
    throw new InvalidArgumentError(`expected runs in "${visible(root)}", got none; retort runs lists them`);
  let count = 0;
  const note = (text: string): void => void terminal.errors.write(`${text}\n`);
  await interruptible(
    { note, close: () => undefined },
    (signal) => exporter.send({ runs, target, signal, exported: () => (count += 1) }),
    "writes all of it again",
  );
  terminal.errors.write(`${count} ${count === 1 ? "run" : "runs"} in ${visible(target)}\n`);
};

/** Adds description, arguments, options and action to the command. */
export const addExport = (command: Command, terminal: Terminal): void => {
  command
    .description(
      "Writes parameters, last metrics and every step's metrics of runs in the format of another program. " +
        "What was exported before is replaced.",
    )
    .argument("[folder]", "one run, the runs of one file, or the root of all", "runs")
    .addOption(
      new Option("--to <format>", exporters.map(({ type, description }) => `${type}: ${description}`).join("; "))
        .choices(exporters.map(({ type }) => type))
        .makeOptionMandatory(),
    )
    .option(
      "--target <location>",
      "the folder, instead of one that is named after the format, or the server's address",
    );
  addRunChoice(addStatusChoice(command))
    .addHelpText(
      "after",
      `
Examples:
  retort export --to tensorboard && tensorboard --logdir tensorboard
  retort export runs/sweep --to parquet --target tables --status done
  retort export runs/sweep --to mlflow --target http://127.0.0.1:5000`,
    )
    .action((folder: string, options: ExportOptions) => perform(folder, options, terminal));
};
