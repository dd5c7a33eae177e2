/** `retort new`: a file to start from, by a few questions or by flags. */
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { InvalidArgumentError, Option, type Command } from "commander";
import { rungs } from "../../../experiments/file/rungs.ts";
import { answersOf, usual, type Said } from "./answers.ts";
import { comparing, independent, writeModule } from "./offered-rewards.ts";
import { askRest } from "./questions.ts";
import { soundText } from "./sound-answers.ts";
import { addTemplateOptions } from "../../options/template-options.ts";
import { numberFrom } from "../../options/numbers.ts";
import { canAsk } from "../../display/questions.ts";
import { shownPath } from "../../display/shown-path.ts";
import type { Terminal } from "../../display/terminal.ts";

interface NewFlags extends Said {
  readonly yes?: true;
}

/** The output instead of a file. */
const OUTPUT = "-";

/** Writes a new file, whole or not at all. `InvalidArgumentError` where one is. */
const write = (file: string, text: string): void => {
  try {
    writeFileSync(file, text, { flag: "wx" });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") {
      throw new InvalidArgumentError(`${shownPath(file)} is there already; give another name, or remove it`);
    }
    // A disk that is full leaves a part of it.
    rmSync(file, { force: true });
    throw error;
  }
};

const perform = async (file: string, { yes, ...said }: NewFlags, terminal: Terminal): Promise<void> => {
  if (file !== OUTPUT && existsSync(file))
    throw new InvalidArgumentError(`${shownPath(file)} is there already; give another name, or remove it`);
  if (yes !== true && !canAsk(terminal)) {
    throw new InvalidArgumentError(
      "expected a terminal to ask on, or --yes; retort new --help names the flags that answer",
    );
  }
  const answers = await answersOf(file, yes === true ? said : await askRest(file, said, { output: terminal.live! }));
  const toOutput = file === OUTPUT;
  const named = toOutput ? "experiment.json" : file;
  const written = rungs[answers.rung].reward ? writeModule(named, answers.reward) : undefined;
  try {
    const { text, notes } = await soundText(named, answers);
    if (toOutput) terminal.output.write(text);
    else write(file, text);
    for (const note of notes) terminal.errors.write(`${note}\n`);
    if (written !== undefined)
      terminal.errors.write(`${shownPath(written)} is written: the reward, to be made yours\n`);
  } catch (error) {
    if (written !== undefined) rmSync(written, { force: true });
    throw error;
  }
  if (toOutput) return;
  const shown = shownPath(file);
  const next = answers.sweep ? `retort sweep ${shown}` : `retort run ${shown}`;
  terminal.errors.write(`${shown} is written\n\n  retort validate ${shown}\n  ${next}\n`);
};

/** Adds description, arguments, options and action to the command. */
export const addNew = (command: Command, terminal: Terminal): void => {
  command
    .description(
      "Writes an experiment file to start from, with comments: asks a few questions, or takes the answers " +
        "from flags. Never writes over a file.",
    )
    .argument("[file]", "the new file, JSON or YAML by its name, or - for the output", "experiment.json")
    .addOption(
      new Option(
        "--rung <name>",
        `what the student learns from: ${Object.keys(rungs).join(", ")} (default: ${usual.rung}; rl for prompts ` +
          "without references and without a teacher)",
      ).choices(Object.keys(rungs)),
    )
    .option("--prompts <file>", "JSON lines, CSV or Parquet with prompts, with references or without, instead of sums")
    .option(
      "--teacher <model>",
      `layers x width of one that is trained first, or a checkpoint (default: ${usual.teacher})`,
    )
    .option("--student <model>", `layers x width, or a checkpoint (default: ${usual.student})`)
    .option(
      "--tokenizer <checkpoint>",
      "with --prompts: whose tokens a new student uses; those of a BPE that is trained on them when left out",
    )
    .addOption(
      new Option("--reward <type>", `what is rewarded (default: ${usual.reward}; without references module)`).choices([
        ...comparing,
        ...independent,
      ]),
    )
    .option("--steps <n>", `optimizer steps (default: ${usual.steps})`, numberFrom(1, true))
    .option("--sweep", "a sweep over seeds, and over alpha where the objective has one")
    .option("--question <text>", "what the experiment is to answer")
    .option("--yes", "ask nothing: what no flag says has its default");
  addTemplateOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  retort new
  retort new alpha.yaml --rung rl-gkd --sweep
  retort new own.json --yes --prompts questions.csv --reference "{answer}" --rung gkd
  retort new --yes --rung gkd --teacher 3x64 --student 1x32 --steps 200 - | less`,
    )
    .action((file: string, flags: NewFlags) => perform(file, flags, terminal));
};
