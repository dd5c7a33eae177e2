/** `retort new`: a file to start from, by a few questions or by flags. */
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { InvalidArgumentError, Option, type Command } from "commander";
import { planSource } from "../../../experiments/planning/run-plan.ts";
import { checkSource } from "../../../experiments/planning/sound-file.ts";
import { ExperimentError } from "../../../experiments/file/problem.ts";
import { parseSource, type Source } from "../../../experiments/file/file-source.ts";
import { rungs, startingFile, type StartingAnswers } from "../../../experiments/file/starting-file.ts";
import { answersOf, plainRewards, usual, type Said } from "./answers.ts";
import { askRest } from "./questions.ts";
import { numberFrom } from "../../options/numbers.ts";
import { canAsk } from "../../display/questions.ts";
import { shownPath } from "../../display/shown-path.ts";
import type { Terminal } from "../../display/terminal.ts";

interface NewFlags extends Said {
  readonly yes?: true;
}

/** The output instead of a file. */
const OUTPUT = "-";

/** Checkpoints are not read: one of the Hub may be large. */
const namesCheckpoints = ({ teacher, student, tokenizer }: StartingAnswers): boolean =>
  (tokenizer !== undefined && "checkpoint" in tokenizer) || "checkpoint" in student || "checkpoint" in teacher;

/** `InvalidArgumentError` when the file would be refused. */
const check = (source: Source, answers: StartingAnswers): void => {
  try {
    if (namesCheckpoints(answers)) checkSource(source, []);
    else planSource(source, []);
  } catch (error) {
    if (!(error instanceof ExperimentError)) throw error;
    const reasons = error.problems.map(({ pointer, message }) => `${pointer}: ${message}`);
    throw new InvalidArgumentError(`these answers do not go together: ${reasons.join("; ")}`);
  }
};

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
  const text = startingFile(answers);
  check(parseSource(file === OUTPUT ? "experiment.json" : file, text), answers);
  if (file === OUTPUT) {
    terminal.output.write(text);
    return;
  }
  write(file, text);
  const shown = shownPath(file);
  const next = answers.sweep ? `retort sweep ${shown}` : `retort run ${shown}`;
  terminal.errors.write(`${shown} is written\n\n  retort explain ${shown}\n  ${next}\n`);
};

/** Adds description, arguments, options and action to the command. */
export const addNew = (command: Command, terminal: Terminal): void => {
  command
    .description(
      "Writes an experiment file to start from, with comments: asks a few questions, or takes the answers " +
        "from flags. Never writes over a file.",
    )
    .argument("[file]", "the new file, or - for the output", "experiment.json")
    .addOption(
      new Option(
        "--rung <name>",
        `what the student learns from: ${Object.keys(rungs).join(", ")} (default: ${usual.rung})`,
      ).choices(Object.keys(rungs)),
    )
    .option("--prompts <file>", 'lines such as { "prompt": "...", "reference": "..." }, instead of sums')
    .option(
      "--teacher <model>",
      `layers x width of one that is trained first, or a checkpoint (default: ${usual.teacher})`,
    )
    .option("--student <model>", `layers x width, or a checkpoint (default: ${usual.student})`)
    .option(
      "--tokenizer <checkpoint>",
      "with --prompts: whose tokens a new student uses; those of a BPE that is trained on them when left out",
    )
    .addOption(new Option("--reward <type>", `what is rewarded (default: ${usual.reward})`).choices(plainRewards))
    .option("--steps <n>", `optimizer steps (default: ${usual.steps})`, numberFrom(1, true))
    .option("--sweep", "a sweep over seeds, and over alpha where the objective has one")
    .option("--question <text>", "what the experiment is to answer")
    .option("--yes", "ask nothing: what no flag says has its default")
    .addHelpText(
      "after",
      `
Examples:
  retort new
  retort new alpha.json --rung rl-gkd --sweep
  retort new --yes --rung gkd --teacher 3x64 --student 1x32 --steps 200 - | less`,
    )
    .action((file: string, flags: NewFlags) => perform(file, flags, terminal));
};
