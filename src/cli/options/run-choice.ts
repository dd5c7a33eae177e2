/** Which of the runs below a folder a command is about: flags that several commands share. */
import { basename } from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import { withAbandoned } from "../../runs/reading/abandoned-runs.ts";
import { runStatuses, type RunStatus } from "../../runs/folder/manifest.ts";
import { readRuns, type FoundRun, type Runs } from "../../runs/reading/read-runs.ts";
import type { Terminal } from "../display/terminal.ts";
import { visible } from "../../files/visible.ts";

/** What the flags say. */
export interface RunChoice {
  readonly status?: readonly RunStatus[];
  readonly file?: readonly string[];
  readonly name?: readonly string[];
}

/** Takes values of a flag that may be given several times. */
export const several = (value: string, before?: readonly string[]): readonly string[] => [...(before ?? []), value];

const severalStatuses = (value: string, before: readonly RunStatus[] = []): readonly RunStatus[] => {
  const status = runStatuses.find((known) => known === value);
  if (status === undefined) throw new InvalidArgumentError(`expected one of ${runStatuses.join(", ")}, got "${value}"`);
  return [...before, status];
};

/** Adds `--file` and `--name`. */
export const addRunChoice = (command: Command): Command =>
  command
    .option(
      "--file <name>",
      "runs of this experiment file only, named without its ending; may be given several times",
      several,
    )
    .option("--name <run>", "runs of this variant only; may be given several times", several);

/** Adds `--status`. */
export const addStatusChoice = (command: Command): Command =>
  command.option(
    "--status <status>",
    `runs of this status only: ${runStatuses.join(", ")}; may be given several times`,
    severalStatuses,
  );

/** The runs that the flags choose. */
export const chooseRuns = (runs: readonly FoundRun[], { status, file, name }: RunChoice): FoundRun[] =>
  runs.filter(
    ({ parent, record }) =>
      (status?.includes(record.status) ?? true) &&
      (file?.includes(basename(parent)) ?? true) &&
      (name?.includes(record.name) ?? true),
  );

/** Damaged folders that are named one by one. */
const NAMED = 5;

/** Says which folders could not be read. */
const sayDamaged = (damaged: Runs["damaged"], { errors, colors }: Terminal): void => {
  for (const { folder, reason } of damaged.slice(0, NAMED)) {
    errors.write(`${colors.yellow("damaged")}: ${visible(`${folder}: ${reason}`)}\n`);
  }
  if (damaged.length > NAMED) errors.write(`${colors.yellow("damaged")}: ${damaged.length - NAMED} more folders\n`);
};

/** Does what the flags ask for; what is refused as out of range is a mistake in them. */
export const orUsageError = <T>(work: () => T): T => {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) throw new InvalidArgumentError(error.message);
    throw error;
  }
};

/** The runs below `root` that the flags choose, and how many there are; says which are damaged. */
export const readChosen = async (
  root: string,
  choice: RunChoice,
  terminal: Terminal,
): Promise<{ chosen: FoundRun[]; all: number }> => {
  const { runs, damaged } = orUsageError(() => readRuns(root));
  sayDamaged(damaged, terminal);
  return { chosen: chooseRuns(await withAbandoned(runs), choice), all: runs.length };
};
