/** `retort stages`: the stored results of stages, and why one is not what a file asks for. */
import type { Command } from "commander";
import { storedStages, staleness, type StoredStage } from "../../../experiments/stage-store/stored-stages.ts";
import type { PlannedTraining } from "../../../experiments/planning/planned.ts";
import { prepareExperiment } from "../../../experiments/planning/run-plan.ts";
import { outcomeColumns } from "../../display/outcome-text.ts";
import { addHubFlags, hubOptions, type HubFlags } from "../../options/hub.ts";
import { addStagesPrune } from "./stages-prune.ts";
import { table } from "../../display/table.ts";
import type { Terminal } from "../../display/terminal.ts";
import { visible } from "../../../files/visible.ts";

interface StagesOptions extends HubFlags {
  readonly file?: string;
  readonly out: string;
  readonly cache: string;
  readonly json?: true;
}

const listing = (stored: readonly StoredStage[]): string => {
  const { head, cells } = outcomeColumns(stored);
  return table(
    ["stage", ...head, "MiB", "made (UTC)", "used last", "runs", "id"],
    stored.map(({ name, accuracy, reward, bytes, made, used, usedBy, id }) => [
      visible(name),
      ...cells({ accuracy, reward }),
      Math.ceil(bytes / 2 ** 20),
      made.slice(0, 16).replace("T", " "),
      used.slice(0, 16).replace("T", " "),
      usedBy.length,
      visible(id.slice(0, 16)),
    ]),
  );
};

/** Whether a stage of a file is stored, and if not, what an older one differs in; for `--json`. */
const progress = (stage: PlannedTraining, stored: readonly StoredStage[]): object => {
  const there = stored.find(({ id }) => id === stage.id);
  const { name, id } = stage;
  if (there !== undefined) return { name, id, folder: there.folder };
  const older = stored.find((one) => one.name === name);
  return { name, id, ...(older === undefined ? {} : { older: older.folder, differences: staleness(older, stage) }) };
};

const stageText = (stage: PlannedTraining, stored: readonly StoredStage[]): string => {
  const title = `${stage.name}  ${stage.id.slice(0, 16)}`;
  const there = stored.find(({ id }) => id === stage.id);
  if (there !== undefined) return `${title}  made: ${there.folder}\n`;
  const older = stored.find(({ name }) => name === stage.name);
  if (older === undefined) return `${title}  to be made; none of this name is stored\n`;
  const found = staleness(older, stage);
  const shown = (value: unknown): string => visible(value === undefined ? "nothing" : JSON.stringify(value));
  const lines = found.map(
    ({ pointer, kept: was, asked }) => `  ${visible(pointer)}: ${shown(asked)}, and there ${shown(was)}`,
  );
  const why = lines.length === 0 ? ["  the files of its task have other contents"] : lines;
  return [`${title}  to be made; ${older.folder} differs in`, ...why, ""].join("\n");
};

const show = async (
  overrides: readonly string[],
  { file, out, cache, json, ...flags }: StagesOptions,
  terminal: Terminal,
): Promise<void> => {
  const stored = storedStages({ out, cache });
  if (file === undefined) {
    const plain = stored.map(({ manifest: _manifest, ...one }) => one);
    terminal.output.write(json === true ? `${JSON.stringify(plain, null, 2)}\n` : `${listing(stored)}\n`);
    return;
  }
  const runs = await prepareExperiment(file, overrides, hubOptions(flags, terminal));
  const stages = [...new Map(runs.flatMap((run) => run.stages).map((stage) => [stage.id, stage])).values()];
  if (json === true)
    terminal.output.write(
      `${JSON.stringify(
        stages.map((stage) => progress(stage, stored)),
        null,
        2,
      )}\n`,
    );
  else terminal.output.write(stages.map((stage) => stageText(stage, stored)).join("") || `${file}: no stages\n`);
};

/** Adds description, arguments, options and action to the command. */
export const addStages = (command: Command, terminal: Terminal): void => {
  command
    .description(
      "Lists the stored results of stages, or says for each stage of a file whether its result is " +
        "there, and if not, what an older one differs in.",
    )
    .argument("[overrides...]", "with --file: values to set, such as /seed=1")
    .option("--file <file>", "an experiment file whose stages are searched for")
    .option("--out <folder>", "where the runs' folders are", "runs")
    .option("--cache <folder>", "where stages are stored", ".retort")
    .option("--json", "print it as JSON");
  addHubFlags(command)
    .addHelpText(
      "after",
      "\nExamples:\n  retort stages\n  retort stages --file experiments/quickstart.json /seed=1\n  retort " +
        "stages prune --unused",
    )
    .action((overrides: string[], options: StagesOptions, own: Command) => {
      const [first] = overrides;
      if (options.file === undefined && first !== undefined)
        own.error(`error: unknown command '${first}', expected prune, or --file <file> before values to set`, {
          code: "commander.unknownCommand",
        });
      return show(overrides, options, terminal);
    });
  addStagesPrune(command.command("prune").summary("remove results that are not needed any more"), terminal);
};
