/** `retort engines check`. */
import type { Command } from "commander";
import { checkLibrary, type LibraryCheck } from "../../../engine/tensorflow/library/check.ts";
import {
  installCommand,
  installedTensorFlow,
  removeCommand,
  tensorFlowDevices,
} from "../../../engine/tensorflow/library/folder.ts";
import type { Terminal } from "../../display/terminal.ts";
import { libraryArgument } from "./library-argument.ts";

/** One line of what a check found. */
export const checkText = ({ device, ok, loaded, reason }: LibraryCheck): string => {
  if (!ok || loaded === undefined) return `tensorflow-${device}: ${reason ?? "it does not work"}`;
  const where = loaded.gpu
    ? "a GPU"
    : device === "gpu"
      ? "the processor: TensorFlow sees no CUDA device"
      : "the processor";
  return `tensorflow-${device}: TensorFlow ${loaded.version} is as it was installed, and computes on ${where}`;
};

interface CheckOptions {
  readonly json?: true;
}

const check = async ({ json }: CheckOptions, terminal: Terminal): Promise<void> => {
  const installed = tensorFlowDevices.filter((device) => installedTensorFlow(device) !== undefined);
  if (installed.length === 0) throw new Error(`no library is installed; ${installCommand("cpu")}`);
  const checks: LibraryCheck[] = [];
  for (const device of installed) checks.push(await checkLibrary(device));
  terminal.output.write(
    json === true ? `${JSON.stringify(checks, null, 2)}\n` : checks.map((one) => `${checkText(one)}\n`).join(""),
  );
  const bad = checks.find(({ ok }) => !ok);
  if (bad === undefined) return;
  const { device } = bad;
  throw new Error(`tensorflow-${device}: ${removeCommand(device)}, then ${installCommand(device)}`);
};

/** Adds description, arguments, options and action to the command. */
export const addEnginesCheck = (command: Command, terminal: Terminal): void => {
  command
    .description(
      "Compares each installed library with the hashes in its record, loads it in a process of its own and computes " +
        "with it. Ends with 1 where one is not as it was installed, or does not work.",
    )
    .addArgument(libraryArgument("[library]"))
    .option("--json", "print it as JSON")
    .addHelpText("after", "\nExample:\n  retort engines check tensorflow")
    .action((_library: string | undefined, _options: CheckOptions, own: Command) =>
      check(own.optsWithGlobals<CheckOptions>(), terminal),
    );
};
