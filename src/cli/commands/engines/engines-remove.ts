/** `retort engines remove`. */
import type { Command } from "commander";
import { removeTensorFlow } from "../../../engine/tensorflow/library/list.ts";
import type { Terminal } from "../../display/terminal.ts";
import { deviceOf, libraryArgument, type DeviceFlag } from "./library-argument.ts";

interface RemoveOptions extends DeviceFlag {
  readonly json?: true;
}

const remove = async ({ json, ...flag }: RemoveOptions, terminal: Terminal): Promise<void> => {
  const device = deviceOf(flag);
  const folders = await removeTensorFlow(device);
  if (json === true) terminal.output.write(`${JSON.stringify(folders, null, 2)}\n`);
  else if (folders.length === 0) terminal.output.write(`tensorflow-${device}: nothing is installed\n`);
  else for (const folder of folders) terminal.output.write(`removed ${folder}\n`);
};

/** Adds description, arguments, options and action to the command. */
export const addEnginesRemove = (command: Command, terminal: Terminal): void => {
  command
    .description("Removes TensorFlow's library from the user's cache, those of other versions of Retort too.")
    .addArgument(libraryArgument("<library>"))
    .option("--gpu", "the build for NVIDIA GPUs")
    .option("--json", "print the folders that were removed as JSON")
    .addHelpText("after", "\nExample:\n  retort engines remove tensorflow --gpu")
    .action((_library: string, _options: RemoveOptions, own: Command) =>
      remove(own.optsWithGlobals<RemoveOptions>(), terminal),
    );
};
