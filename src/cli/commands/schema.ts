/** `retort schema`: prints the JSON Schema of experiment files. */
import type { Command } from "commander";
import { fileSchema } from "../../experiments/schema/file-schema.ts";
import type { Terminal } from "../display/terminal.ts";

/** The schema as text, as it is in `schema/experiment.json`. */
export const schemaText = (): string => `${JSON.stringify(fileSchema, null, 2)}\n`;

/** Adds description, arguments, options and action to the command. */
export const addSchema = (command: Command, terminal: Terminal): void => {
  command
    .description("Prints the JSON Schema of experiment files: every part, with defaults, ranges and descriptions.")
    .addHelpText("after", "\nExample:\n  retort schema > experiment.schema.json")
    .action(() => void terminal.output.write(schemaText()));
};
