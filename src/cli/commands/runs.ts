/** `retort runs`: which runs there are, and their status. */
import type { Command } from "commander";
import type { Json } from "../../files/json.ts";
import { jsonText } from "../../files/json-file.ts";
import type { FoundRun } from "../../runs/reading/read-runs.ts";
import type { RunRecord } from "../../runs/reading/run-record.ts";
import { outcomeOf } from "../../training/recipe/headline.ts";
import { duration } from "../display/number-text.ts";
import { outcomeColumns } from "../display/outcome-text.ts";
import { numberFrom } from "../options/numbers.ts";
import { addRunChoice, addStatusChoice, readChosen, type RunChoice } from "../options/run-choice.ts";
import { table } from "../display/table.ts";
import type { Terminal } from "../display/terminal.ts";
import { visible } from "../../files/visible.ts";

interface RunsOptions extends RunChoice {
  readonly limit: number;
  readonly json?: true;
}

const valueText = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value));

/** `trial  alpha=0.5 seed=1`: the last keys of what was swept. */
const nameOf = ({ label, axes }: RunRecord): string =>
  [
    label,
    ...Object.entries(axes).map(
      ([pointer, value]) => `${pointer.slice(pointer.lastIndexOf("/") + 1)}=${valueText(value)}`,
    ),
  ].join(" ");

/** Newest first. */
const byStart = (a: FoundRun, b: FoundRun): number => {
  if (a.record.started === b.record.started) return a.folder < b.folder ? -1 : 1;
  return a.record.started < b.record.started ? 1 : -1;
};

/** `2026-01-31 12:59` UTC of a time in ISO 8601. */
const minute = (time: string): string => new Date(time).toISOString().slice(0, 16).replace("T", " ");

const runsTable = (runs: readonly FoundRun[]): string => {
  const { head, cells } = outcomeColumns(runs.map(({ record }) => outcomeOf(record.metrics)));
  return table(
    ["run", "status", ...head, "time", "started (UTC)", "folder"],
    runs.map(({ folder, record }) => [
      visible(nameOf(record)),
      record.status,
      ...cells(outcomeOf(record.metrics)),
      record.milliseconds === undefined ? undefined : duration(record.milliseconds),
      minute(record.started),
      visible(folder),
    ]),
  );
};

const overview = (runs: readonly FoundRun[]): string => {
  const counts = new Map<string, number>();
  for (const { record } of runs) counts.set(record.status, (counts.get(record.status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} ${status}`).join(", ");
};

const show = async (root: string, { limit, json, ...choice }: RunsOptions, terminal: Terminal): Promise<void> => {
  const { chosen: unsorted, all } = await readChosen(root, choice, terminal);
  const chosen = unsorted.toSorted(byStart);
  if (json === true) {
    for (const { folder, record } of chosen) terminal.output.write(`${jsonText({ folder, ...record })}\n`);
    return;
  }
  if (chosen.length === 0) {
    terminal.errors.write(`no runs${all === 0 ? "" : " that the flags choose"} in ${visible(root)}\n`);
    return;
  }
  const shown = limit === 0 ? chosen : chosen.slice(0, limit);
  terminal.output.write(`${runsTable(shown)}\n`);
  const rest = chosen.length - shown.length;
  terminal.errors.write(
    `\n${overview(chosen)}${rest === 0 ? "" : `; ${rest} older ones are not shown: --limit 0 shows all`}\n`,
  );
};

/** Adds description, arguments, options and action to the command. */
export const addRuns = (command: Command, terminal: Terminal): void => {
  command
    .description(
      "Lists the runs below a folder, newest first: what ran, its status, its accuracy or held-out reward, and its " +
        "time.",
    )
    .argument("[folder]", "one run, the runs of one file, or the root of all", "runs")
    .option("--limit <number>", "runs to show; 0 for all", numberFrom(0, true), 50)
    .option("--json", "print all runs, one JSON object a line, with all values and metrics");
  addRunChoice(addStatusChoice(command))
    .addHelpText(
      "after",
      `
Examples:
  retort runs
  retort runs --status failed --status interrupted
  retort runs --json | jq -r 'select(.metrics.accuracy > 0.7) | .folder'`,
    )
    .action((folder: string, options: RunsOptions) => show(folder, options, terminal));
};
