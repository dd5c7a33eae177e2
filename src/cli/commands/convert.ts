/** `retort convert`: any checkpoint that is read, as a HuggingFace folder. */
import { readdir } from "node:fs/promises";
import { Option, type Command } from "commander";
import { loadModel } from "../../experiments/inputs/model.ts";
import { writeTokenizerFiles } from "../../experiments/inputs/tokenizer-files.ts";
import type { FloatType } from "../../policies/checkpoints/safetensors/float-types.ts";
import { savePolicy } from "../../policies/checkpoints/huggingface.ts";
import { parameterCount } from "../../policies/initialize.ts";
import { amount } from "../display/number-text.ts";
import { addModelArgument, addModelFlags, locateModel, type ModelFlags } from "../options/named-model.ts";
import type { Terminal } from "../display/terminal.ts";

interface ConvertOptions extends ModelFlags {
  readonly dtype: FloatType;
}

/** `RangeError` when something is in the folder: nothing is written over. */
const checkEmpty = async (folder: string): Promise<void> => {
  const there = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  if (there.length > 0)
    throw new RangeError(`${folder}: expected a new or empty folder, got ${there.length} files; name another one`);
};

const convert = async (
  name: string,
  folder: string,
  { dtype, ...flags }: ConvertOptions,
  terminal: Terminal,
): Promise<void> => {
  await checkEmpty(folder);
  const { policy, weights, tokenizer } = await loadModel(await locateModel(name, flags, terminal));
  await savePolicy(folder, { policy, weights }, tokenizer, dtype);
  if (tokenizer === undefined) terminal.errors.write("the checkpoint has no tokenizer: none is written\n");
  else await writeTokenizerFiles(folder, tokenizer);
  terminal.output.write(
    `${folder}: ${String(policy.config["model_type"])}, ${amount(parameterCount(policy))} parameters in ${dtype}\n`,
  );
};

/** Adds description, arguments, options and action to the command. */
export const addConvert = (command: Command, terminal: Terminal): void => {
  addModelArgument(command)
    .description(
      "Reads a model and writes config.json, model.safetensors and its tokenizer, for transformers and others to load.",
    )
    .argument("<folder>", "a new or empty folder")
    .addOption(
      new Option("--dtype <type>", "how weights are stored; F16 and BF16 round")
        .choices(["F32", "F16", "BF16"])
        .default("F32"),
    );
  addModelFlags(command)
    .addHelpText(
      "after",
      `
Examples:
  retort convert smollm2.gguf models/smollm2
  retort convert runs/quickstart/run-0a1b2c3d/student models/student --dtype BF16`,
    )
    .action((name: string, folder: string, options: ConvertOptions) => convert(name, folder, options, terminal));
};
