/** Options that say what the prompts of a file are made of, as a task does. */
import type { Command } from "commander";

/** What was said. */
export interface TemplateFlags {
  readonly prompt?: string;
  readonly reference?: string;
}

/** Adds `--prompt` and `--reference`. */
export const addTemplateOptions = (command: Command): Command =>
  command
    .option("--prompt <template>", 'what a prompt is made of where lines have other keys, such as "Q: {question}"')
    .option("--reference <template>", 'what a reference is made of, such as "{answer}"');
