/** `retort tokenizer train`: a tokenizer of the texts of a file. */
import { existsSync } from "node:fs";
import { InvalidArgumentError, Option, type Command } from "commander";
import { fileTexts } from "../../../experiments/inputs/file-texts.ts";
import { writeJson } from "../../../files/json-file.ts";
import { defined } from "../../../optional/defined.ts";
import { bpeSizes, trainTokenizer, type TrainedKind } from "../../../tokenizers/train.ts";
import { numberFrom } from "../../options/numbers.ts";
import type { Terminal } from "../../display/terminal.ts";
import { countTexts, rateText } from "./token-counts.ts";
import { addTemplateOptions, type TemplateFlags } from "../../options/template-options.ts";

interface TrainOptions extends TemplateFlags {
  readonly type: "characters" | "words" | "bpe";
  readonly size?: number;
  readonly out: string;
}

/** Tokens of a BPE of which no other number is said. */
const usualSize = 512;

const kindOf = ({ type, size }: TrainOptions): TrainedKind => {
  if (type !== "bpe") {
    if (size !== undefined) throw new InvalidArgumentError(`--size: expected it with --type bpe alone, got ${type}`);
    return type;
  }
  const { least, most } = bpeSizes;
  if (size !== undefined && (size < least || size > most))
    throw new InvalidArgumentError(`--size: expected ${least} to ${most} tokens, got ${size}`);
  return { bpe: size ?? usualSize };
};

const train = async (file: string, options: TrainOptions, terminal: Terminal): Promise<void> => {
  const { out, prompt, reference, type } = options;
  const kind = kindOf(options);
  if (existsSync(out)) throw new RangeError(`${out}: expected a new file, got one that is there; name another --out`);
  const texts = await fileTexts(file, defined({ prompt, reference }));
  const tokenizer = trainTokenizer(texts, kind);
  await writeJson(out, tokenizer.toJSON());
  const { vocabularySize } = tokenizer;
  const counted = countTexts(tokenizer, texts.slice(0, 1000));
  terminal.output.write(`${out}: ${type}, ${vocabularySize.toLocaleString("en")} tokens, ${rateText(counted)}\n`);
};

/** Adds description, arguments, options and action to the command `retort tokenizer train`. */
export const addTokenizerTrain = (command: Command, terminal: Terminal): void => {
  command
    .description(
      "Trains a tokenizer on a file, on its first 16 million characters, and writes a tokenizer.json that an " +
        'experiment names: "tokenizer": { "path": "tokenizer.json" }. All lines are trained on; a task that trains ' +
        "its own leaves out what it tests on.",
    )
    .argument("<file>", "JSON lines, CSV or Parquet with prompts, or a .txt or .md file")
    .addOption(
      new Option("--type <type>", "what a token is")
        .choices(["characters", "words", "bpe"])
        .default("bpe", "bpe, bytes that are joined"),
    )
    .option("--size <n>", `tokens of a BPE; ${usualSize} when left out`, numberFrom(1, true))
    .option("--out <file>", "where it is written", "tokenizer.json");
  addTemplateOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  retort tokenizer train questions.jsonl --type bpe --size 512 --out tokenizer.json
  retort tokenizer train questions.csv --type words --prompt "Q: {question}" --reference "{answer}"`,
    )
    .action((file: string, options: TrainOptions) => train(file, options, terminal));
};
