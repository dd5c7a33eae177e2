/** `retort engines`: native libraries of engines, which are fetched when they are asked for. */
import type { Command } from "commander";
import { installableEngines, type InstallableEngine } from "../../../engine/tensorflow/library/list.ts";
import { table } from "../../display/table.ts";
import type { Terminal } from "../../display/terminal.ts";
import { addEnginesCheck } from "./engines-check.ts";
import { addEnginesInstall } from "./engines-install.ts";
import { addEnginesRemove } from "./engines-remove.ts";

const mebibytes = (bytes: number | undefined): number | undefined =>
  bytes === undefined ? undefined : Math.ceil(bytes / 2 ** 20);

/** The text that a person reads: a table, where each is, and what brings those that are not there. */
export const listing = (engines: readonly InstallableEngine[]): string =>
  [
    table(
      ["engine", "TensorFlow", "state", "MiB", "installed (UTC)"],
      engines.map(({ name, version, state, bytes, date }) => [
        name,
        version,
        state,
        mebibytes(bytes),
        date?.slice(0, 16).replace("T", " "),
      ]),
    ),
    "",
    ...engines.map(({ name, state, folder, remedy }) =>
      state === "installed" ? `${name}: ${folder}` : `${name}: ${remedy ?? folder}`,
    ),
    "",
  ].join("\n");

/** Adds description, options, subcommands and action to the command. */
export const addEngines = (command: Command, terminal: Terminal): void => {
  command
    .description(
      "Lists the native libraries that engines need beside this package: which are installed, where, and " +
        "how the others are. Nothing is fetched unless install is asked for.",
    )
    .option("--json", "print it as JSON")
    .addHelpText(
      "after",
      `
Examples:
  retort engines
  retort engines install tensorflow
  retort engines check
  retort engines remove tensorflow --gpu`,
    )
    .allowExcessArguments()
    .action(async ({ json = false }: { json?: boolean }, own: Command) => {
      const [unknown] = own.args;
      if (unknown !== undefined) {
        own.error(`error: unknown command '${unknown}', expected install, check or remove`, {
          code: "commander.unknownCommand",
        });
      }
      const engines = await installableEngines();
      terminal.output.write(json ? `${JSON.stringify(engines, null, 2)}\n` : listing(engines));
    });
  addEnginesInstall(command.command("install").summary("install the library of an engine"), terminal);
  addEnginesCheck(command.command("check").summary("compare what is installed with its record, and try it"), terminal);
  addEnginesRemove(command.command("remove").summary("remove the library of an engine"), terminal);
};
