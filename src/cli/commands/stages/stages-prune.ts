/** `retort stages prune`: removes results of stages that are not needed any more. */
import { InvalidArgumentError, type Command } from "commander";
import { storedStages, type StoredStage } from "../../../experiments/stage-store/stored-stages.ts";
import {
  prunable,
  pruneObstacle,
  pruneStage,
  type PruneChoice,
} from "../../../experiments/stage-store/prune-stages.ts";
import { bytesFrom, numberFrom } from "../../options/numbers.ts";
import { answered, canAsk } from "../../display/questions.ts";
import { several } from "../../options/run-choice.ts";
import { table } from "../../display/table.ts";
import type { Terminal } from "../../display/terminal.ts";
import { visible } from "../../../files/visible.ts";

interface PruneOptions {
  readonly unused?: true;
  readonly idle?: number;
  readonly name?: readonly string[];
  readonly keep?: number;
  readonly out: string;
  readonly cache: string;
  readonly yes?: true;
  readonly json?: true;
}

/** A result that was chosen, and why it stays when it does. */
interface PruneResult {
  readonly stage: StoredStage;
  readonly obstacle: string | undefined;
}

const DAY = 86_400_000;

const choiceOf = ({ unused, idle, name, keep }: PruneOptions): PruneChoice => {
  if (unused === undefined && idle === undefined && name === undefined && keep === undefined) {
    throw new InvalidArgumentError(
      "stages prune: expected --unused, --idle, --name or --keep, got none; retort stages lists what is stored",
    );
  }
  return { unused: unused === true, idle: idle === undefined ? undefined : idle * DAY, names: name, budget: keep };
};

const mebibytes = (stages: readonly StoredStage[]): number =>
  Math.ceil(stages.reduce((sum, { bytes }) => sum + bytes, 0) / 2 ** 20);

const counted = (stages: readonly StoredStage[]): string =>
  `${stages.length} ${stages.length === 1 ? "result" : "results"}, ${mebibytes(stages)} MiB`;

const day = (time: string): string => time.slice(0, 16).replace("T", " ");

const listing = (results: readonly PruneResult[], goes: string): string =>
  table(
    ["stage", "MiB", "made (UTC)", "used last", "runs", "id", ""],
    results.map(({ stage: { name, bytes, made, used, usedBy, id }, obstacle }) => [
      visible(name),
      Math.ceil(bytes / 2 ** 20),
      day(made),
      day(used),
      usedBy.length,
      id.slice(0, 16),
      obstacle === undefined ? goes : `stays: ${visible(obstacle)}`,
    ]),
  );

const removable = (results: readonly PruneResult[]): StoredStage[] =>
  results.flatMap(({ stage, obstacle }) => (obstacle === undefined ? [stage] : []));

const agreed = async (stages: readonly StoredStage[], terminal: Terminal): Promise<boolean> => {
  if (!canAsk(terminal)) {
    terminal.errors.write("nothing was removed; --yes removes them\n");
    return false;
  }
  const { confirm } = await import("@inquirer/prompts");
  const question = confirm({ message: `Remove ${counted(stages)}?`, default: false }, { output: terminal.live! });
  return answered(question, "asks again");
};

const perform = async (options: PruneOptions, terminal: Terminal): Promise<void> => {
  const { out, cache, yes, json } = options;
  const chosen = prunable(storedStages({ out, cache }), choiceOf(options), Date.now());
  const check = async (stage: StoredStage): Promise<PruneResult> => ({
    stage,
    obstacle: await pruneObstacle(stage, cache),
  });
  const remove = async (stage: StoredStage): Promise<PruneResult> => ({
    stage,
    obstacle: await pruneStage(stage, cache),
  });
  const each = async (work: typeof check): Promise<PruneResult[]> => {
    const results: PruneResult[] = [];
    for (const stage of chosen) results.push(await work(stage));
    return results;
  };
  if (json === true) {
    for (const { stage, obstacle } of await each(yes === true ? remove : check)) {
      const { manifest: _manifest, ...plain } = stage;
      terminal.output.write(
        `${JSON.stringify({ ...plain, removed: yes === true && obstacle === undefined, obstacle })}\n`,
      );
    }
    return;
  }
  if (chosen.length === 0) {
    terminal.errors.write("no results of stages that the flags choose\n");
    return;
  }
  if (yes !== true) {
    const results = await each(check);
    const stages = removable(results);
    terminal.output.write(`${listing(results, "goes")}\n`);
    terminal.errors.write(`\n${counted(stages)} would go\n`);
    if (stages.length === 0 || !(await agreed(stages, terminal))) return;
  }
  const results = await each(remove);
  if (yes === true) terminal.output.write(`${listing(results, "removed")}\n`);
  terminal.errors.write(`${counted(removable(results))} removed\n`);
};

/** Adds description, options and action to the command `retort stages prune`. */
export const addStagesPrune = (command: Command, terminal: Terminal): void => {
  command
    .description(
      "Removes results of stages that all given flags choose. Without --yes it lists them, and asks where it " +
        "can. Those that a process works on or with, or has just used, stay; what is asked for again is made " +
        "again.",
    )
    .option("--unused", "those from which no run below --out started")
    .option("--idle <days>", "those that were neither made nor used for so many days", numberFrom(0))
    .option("--name <stage>", "those of this name; may be given several times", several)
    .option(
      "--keep <size>",
      "until all results take at most this much, such as 20GiB: those that were used longest ago go first",
      bytesFrom,
    )
    .option("--out <folder>", "where the runs' folders are", "runs")
    .option("--cache <folder>", "where stages are stored", ".retort")
    .option("--yes", "remove them without a question")
    .option("--json", "print one JSON object a result, sizes in bytes; removes with --yes alone")
    .addHelpText(
      "after",
      `
Examples:
  retort stages prune --unused
  retort stages prune --unused --idle 30 --yes
  retort stages prune --keep 20GiB
  retort stages prune --name sft-student`,
    )
    // Those that `stages` has too are taken by it, before or after `prune`.
    .action((_options: PruneOptions, command: Command) => perform(command.optsWithGlobals<PruneOptions>(), terminal));
};
