/** `retort results`: what runs came to, beside the parameters that tell them apart. */
import { InvalidArgumentError, Option, type Command } from "commander";
import { jsonText } from "../../../files/json-file.ts";
import { writeWhole } from "../../../files/atomic-file.ts";
import { csvText } from "../../../results/tables/csv.ts";
import {
  flatGroups,
  flatRuns,
  sortedBy,
  type FlatTable,
  type Uncertainty,
} from "../../../results/tables/flat-table.ts";
import { groupOver, withColumns } from "../../../results/tables/grouped-table.ts";
import { resultTable, type ResultTable } from "../../../results/tables/result-table.ts";
import type { FoundRun } from "../../../runs/reading/read-runs.ts";
import { resultSections, shownCell } from "./result-sections.ts";
import { addRunChoice, orUsageError, readChosen, several, type RunChoice } from "../../options/run-choice.ts";
import { table } from "../../display/table.ts";
import type { Terminal } from "../../display/terminal.ts";
import { visible } from "../../../files/visible.ts";

interface ResultsOptions extends RunChoice {
  readonly parameter?: readonly string[];
  readonly metric?: readonly string[];
  readonly over?: readonly string[];
  readonly interval: Uncertainty;
  readonly sort?: string;
  readonly descending?: true;
  readonly csv?: string;
  readonly parquet?: string;
  readonly sql?: string;
  readonly json?: true;
}

const checkNames = (joined: ResultTable): void => {
  joined.metrics.forEach((name, i) => {
    if (joined.rows.some((row) => row.metrics[i] !== undefined)) return;
    throw new InvalidArgumentError(`--metric: expected one that a run has, got "${name}"`);
  });
  joined.parameters.forEach((pointer, i) => {
    if (joined.rows.some((row) => row.parameters[i] !== undefined)) return;
    throw new InvalidArgumentError(
      `--parameter: expected a pointer to a value that a run has, such as /objective/alpha, got "${pointer}"`,
    );
  });
};

const leftOutNote = ({ unfinished, repeated }: ResultTable["leftOut"]): string =>
  [
    ...(unfinished === 0 ? [] : [`${unfinished} not done (retort runs shows them)`]),
    ...(repeated === 0 ? [] : [`${repeated} done again later`]),
  ].join(", ");

/** Rows with the names of their parameters and metrics. */
interface ShownRows {
  readonly rows: FlatTable;
  readonly parameters: readonly string[];
  readonly metrics: readonly string[];
}

const flat = (joined: ResultTable, { parameter, over, interval, sort, descending }: ResultsOptions): ShownRows => {
  const sorted = (rows: FlatTable): FlatTable =>
    sort === undefined ? rows : sortedBy(rows, sort, descending === true);
  if (over === undefined)
    return { rows: sorted(flatRuns(joined)), parameters: joined.parameters, metrics: joined.metrics };
  const all = groupOver(joined, over);
  const grouped = parameter === undefined ? all : withColumns(all, parameter);
  return { rows: sorted(flatGroups(grouped, interval)), parameters: grouped.parameters, metrics: grouped.metrics };
};

/** Says which columns nobody asked for, and why they are there. */
const sayAdded = (
  { parameters }: ShownRows,
  { parameter, over }: ResultsOptions,
  { errors, colors }: Terminal,
): void => {
  if (parameter === undefined || over === undefined) return;
  const added = parameters.filter((name) => !parameter.includes(name));
  if (added.length === 0) return;
  const names = added.map(visible).join(", ");
  errors.write(`${colors.dim(`shown too: ${names}; no mean is taken of runs that differ in more than --over`)}\n`);
};

/** Writes the rows where the flags say; true when they say anything. */
const written = async (
  rows: FlatTable,
  { csv, json, parquet }: ResultsOptions,
  { output, errors, data }: Terminal,
): Promise<boolean> => {
  if (json === true) {
    for (const row of rows.rows)
      output.write(`${jsonText(Object.fromEntries(rows.columns.map((name, i) => [name, row[i]])))}\n`);
  }
  if (csv === "-") for (const line of csvText(rows)) data.write(line);
  else if (csv !== undefined) await writeWhole(csv, [...csvText(rows)].join(""));
  if (parquet !== undefined) await (await import("../../../results/sql/write-parquet.ts")).writeParquet(parquet, rows);
  for (const file of [csv, parquet])
    if (file !== undefined && file !== "-") errors.write(`${rows.rows.length} rows in ${file}\n`);
  return json === true || csv !== undefined || parquet !== undefined;
};

/** Most characters of a table that is printed: each cell is as wide as the widest of its column. */
const mostPrinted = 2 ** 26;

/** The answer as a table; refused where it would be too large to print, which it is long before it is too large. */
const printed = ({ columns, rows }: FlatTable): string => {
  const cells = rows.map((row) => row.map(shownCell));
  const wide = columns.map((_, i) => cells.reduce((most, row) => Math.max(most, String(row[i] ?? "").length), 0));
  const characters = rows.length * wide.reduce((sum, one) => sum + one, 0);
  if (characters <= mostPrinted) return table(columns.map(visible), cells);
  throw new InvalidArgumentError(
    `--sql: expected a table of at most ${mostPrinted} characters, got ${characters}; add LIMIT, ask for fewer ` +
      "columns, or write it with --csv FILE or --json",
  );
};

const answer = async (
  runs: readonly FoundRun[],
  sql: string,
  options: ResultsOptions,
  terminal: Terminal,
): Promise<void> => {
  const { queryRuns } = await import("../../../results/sql/query.ts");
  const rows = await queryRuns(runs, sql).catch((error: unknown) =>
    orUsageError(() => {
      throw error;
    }),
  );
  if (await written(rows, options, terminal)) return;
  terminal.output.write(`${printed(rows)}\n`);
};

const show = async (root: string, options: ResultsOptions, terminal: Terminal): Promise<void> => {
  const { parameter, metric, sql } = options;
  const { chosen } = await readChosen(root, options, terminal);
  if (sql !== undefined) {
    await answer(chosen, sql, options, terminal);
    return;
  }
  const asked = options.over === undefined ? { parameters: parameter } : { first: parameter };
  const joined = orUsageError(() => resultTable(chosen, { ...asked, metrics: metric }));
  const leftOut = leftOutNote(joined.leftOut);
  if (joined.rows.length === 0) {
    terminal.errors.write(`no finished runs in ${visible(root)}${leftOut === "" ? "" : `; left out: ${leftOut}`}\n`);
    return;
  }
  checkNames(joined);
  const shown = orUsageError(() => flat(joined, options));
  if (!(await written(shown.rows, options, terminal))) resultSections(shown.rows, shown, options, terminal);
  sayAdded(shown, options, terminal);
  if (leftOut !== "") terminal.errors.write(`left out: ${leftOut}\n`);
};

/** Adds description, arguments, options and action to the command. */
export const addResults = (command: Command, terminal: Terminal): void => {
  command
    .description("Joins the parameters that differ, or were swept, with the last metrics of the runs that are done.")
    .argument("[folder]", "one run, the runs of one file, or the root of all", "runs")
    .option("--parameter <pointer>", "a column, instead of all that differ; may be given several times", several)
    .option("--metric <name>", "a column, instead of the best known; may be given several times", several)
    .option(
      "--over <pointer>",
      "one row for runs that differ in this alone, such as /seed, which covers every seed; may be given several " +
        "times",
      several,
    )
    .addOption(
      new Option("--interval <kind>", "how sure a mean over runs is: its standard error, or a 95 % bootstrap interval")
        .choices(["standard-error", "bootstrap"] satisfies Uncertainty[])
        .default("standard-error"),
    )
    .option("--sort <column>", "sort by a parameter or a metric, instead of by all parameters")
    .option("--descending", "sort from the largest down")
    .option("--csv <file>", "write all columns as CSV; - for the output")
    .option("--parquet <file>", "write all columns as a Parquet file")
    .option("--json", "print all columns, one JSON object a line")
    .option("--sql <query>", "answer one SELECT over the tables runs, metrics, timings and rollouts (DuckDB)");
  addRunChoice(command)
    .addHelpText(
      "after",
      `
Examples:
  retort results
  retort results runs/sweep --over /seed --sort accuracy --descending
  retort results runs/sweep --parameter /objective/alpha --metric accuracy --csv alpha.csv
  retort results --sql "SELECT label, max(value) FROM metrics JOIN runs USING (folder)
    WHERE name = 'reward' GROUP BY label"
  retort results --sql "SELECT parameters->>'/objective/alpha' AS alpha, avg(accuracy) FROM runs GROUP BY alpha"
  retort results --sql "DESCRIBE rollouts"`,
    )
    .action((folder: string, options: ResultsOptions) => show(folder, options, terminal));
};
