/** `retort tokenizer`: trains a tokenizer on a file, and says what one is. */
import type { Command } from "commander";
import type { Terminal } from "../../display/terminal.ts";
import { addTokenizerInspect } from "./tokenizer-inspect.ts";
import { addTokenizerTrain } from "./tokenizer-train.ts";

/** Adds description and subcommands to the command. */
export const addTokenizer = (command: Command, terminal: Terminal): void => {
  command.description("Trains a tokenizer on the texts of a file, or says what a tokenizer is.").addHelpText(
    "after",
    `
Examples:
  retort tokenizer train questions.jsonl --type bpe --size 512 --out tokenizer.json
  retort tokenizer inspect tokenizer.json --text "What is 2 + 2?"`,
  );
  addTokenizerTrain(command.command("train").summary("train a tokenizer on a file"), terminal);
  addTokenizerInspect(
    command.command("inspect").summary("say what a tokenizer is, and what it makes of texts"),
    terminal,
  );
};
