/** `retort compare`: runs side by side. */
import { InvalidArgumentError, type Command } from "commander";
import type { Json } from "../../files/json.ts";
import { jsonText } from "../../files/json-file.ts";
import { compareRuns, type ComparedRow, type Comparison } from "../../results/tables/comparison.ts";
import type { FoundRun } from "../../runs/reading/read-runs.ts";
import { readChosen } from "../options/run-choice.ts";
import { table, type Cell } from "../display/table.ts";
import type { Terminal } from "../display/terminal.ts";
import { visible } from "../../files/visible.ts";

interface CompareOptions {
  readonly all?: true;
  readonly json?: true;
}

const runIn = async (folder: string, terminal: Terminal): Promise<FoundRun> => {
  const { chosen } = await readChosen(folder, {}, terminal);
  const [run] = chosen;
  if (run === undefined || chosen.length > 1) {
    throw new InvalidArgumentError(
      `expected the folder of one run, got "${folder}" with ${chosen.length}; retort runs lists them`,
    );
  }
  return run;
};

/** Longest text of a cell. */
const LONGEST = 40;

const cellOf = (value: Json | undefined): Cell => {
  if (value === undefined) return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  const text = visible(typeof value === "string" ? value : JSON.stringify(value));
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
};

/** A, B, C ...; the run's number beyond Z. */
const letterOf = (i: number): string => (i < 26 ? String.fromCodePoint(65 + i) : String(i + 1));

const part = (title: string, rows: readonly ComparedRow[], runs: readonly FoundRun[], all: boolean): string => {
  const shown = all ? rows : rows.filter(({ same }) => !same);
  const rest = rows.length - shown.length;
  if (shown.length === 0) return `${title}: all ${rows.length} are the same\n`;
  const head = [title, ...runs.map((_, i) => letterOf(i))];
  const lines = table(
    head,
    shown.map(({ name, values }) => [visible(name), ...values.map(cellOf)]),
  );
  return `${lines}\n${rest === 0 ? "" : `(${rest} more are the same)\n`}`;
};

const verdict = ({ files: { same, different } }: Comparison): string => {
  if (same.length === 0 && different.length === 0) return "no files of results to compare";
  if (different.length === 0) return `the same to the bit: ${same.join(", ")}`;
  return [
    ...(same.length === 0 ? [] : [`the same to the bit: ${same.join(", ")}`]),
    `different: ${different.join(", ")}`,
  ].join("; ");
};

const show = async (folders: readonly string[], { all, json }: CompareOptions, terminal: Terminal): Promise<void> => {
  if (folders.length < 2) throw new InvalidArgumentError(`expected at least two runs, got ${folders.length}`);
  const runs: FoundRun[] = [];
  for (const folder of folders) runs.push(await runIn(folder, terminal));
  const comparison = await compareRuns(runs);
  const { output } = terminal;
  if (json === true) {
    output.write(`${jsonText({ runs: runs.map(({ folder, record }) => ({ folder, ...record })), ...comparison })}\n`);
    return;
  }
  runs.forEach(({ folder, record }, i) =>
    output.write(`${letterOf(i)}  ${visible(`${record.label}, ${record.status}  ${folder}`)}\n`),
  );
  output.write(`\n${part("parameter", comparison.parameters, runs, all === true)}`);
  output.write(`\n${part("metric", comparison.metrics, runs, all === true)}`);
  output.write(`\n${verdict(comparison)}\n`);
};

/** Adds description, arguments, options and action to the command. */
export const addCompare = (command: Command, terminal: Terminal): void => {
  command
    .description(
      "Shows parameters and metrics of runs side by side, those that differ, and whether the results are the " +
        "same to the bit.",
    )
    .argument("<runs...>", "folders of two runs or more")
    .option("--all", "also show what is the same")
    .option("--json", "print the comparison as JSON")
    .addHelpText("after", "\nExample:\n  retort compare runs/ladder/gkd-0a1b2c3d runs/ladder/rl-gkd-4e5f6a7b")
    .action((folders: string[], options: CompareOptions) => show(folders, options, terminal));
};
