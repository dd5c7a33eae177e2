/** `retort engines install`. */
import type { Command } from "commander";
import { installTensorFlow, type InstallResult } from "../../../engine/tensorflow/install/install.ts";
import { interruptible } from "../../display/interruptible.ts";
import type { Terminal } from "../../display/terminal.ts";
import { deviceOf, libraryArgument, type DeviceFlag } from "./library-argument.ts";

interface InstallOptions extends DeviceFlag {
  readonly wheel?: string;
  readonly json?: true;
}

const install = async ({ wheel, json, ...flag }: InstallOptions, terminal: Terminal): Promise<void> => {
  const device = deviceOf(flag);
  const note = (text: string): void => void terminal.errors.write(`${text}\n`);
  // Only who reads along wants to know how far it is.
  const report = terminal.live === undefined ? () => undefined : note;
  let result: InstallResult | undefined;
  await interruptible(
    { note, close: () => undefined },
    async (signal) => {
      result = await installTensorFlow({ device, signal, report, ...(wheel !== undefined && { wheel }) });
    },
    "begins anew",
  );
  if (result === undefined) return;
  const { folder, installation, already } = result;
  terminal.output.write(
    json === true
      ? `${JSON.stringify({ folder, already, ...installation }, null, 2)}\n`
      : `tensorflow-${device} ${installation.version} ${already ? "is there already" : "is installed"}: ${folder}\n`,
  );
};

/** Adds description, arguments, options and action to the command. */
export const addEnginesInstall = (command: Command, terminal: Terminal): void => {
  command
    .description(
      "Installs TensorFlow's library into the user's cache ($XDG_CACHE_HOME/retort/engines): takes it from " +
        "TensorFlow's wheel of PyPI and compiles tfjs-node's binding. It runs python3 with pip, npm and g++; " +
        "Linux on x64 only. What is fetched is checked against hashes in this package, but for those of CUDA, which " +
        "pip checks against its index.",
    )
    .addArgument(libraryArgument("<library>"))
    .option("--gpu", "the build for NVIDIA GPUs, with CUDA's libraries")
    .option("--wheel <file>", "TensorFlow's wheel that was fetched elsewhere, of the same version")
    .option("--json", "print its record as JSON")
    .addHelpText(
      "after",
      `
Examples:
  retort engines install tensorflow
  retort engines install tensorflow --wheel tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl`,
    )
    .action((_library: string, _options: InstallOptions, own: Command) =>
      install(own.optsWithGlobals<InstallOptions>(), terminal),
    );
};
