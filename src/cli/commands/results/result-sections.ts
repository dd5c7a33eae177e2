/** Results for a person: a table for each experiment file, of the columns that matter most. */
import { besideMean, type FlatCell, type FlatTable, type Uncertainty } from "../../../results/tables/flat-table.ts";
import { heldOutReward } from "../../../training/recipe/headline.ts";
import { table, type Cell } from "../../display/table.ts";
import type { Terminal } from "../../display/terminal.ts";
import { visible } from "../../../files/visible.ts";

interface SectionOptions {
  readonly parameter?: readonly string[];
  readonly metric?: readonly string[];
  readonly over?: readonly string[];
  readonly interval: Uncertainty;
}

/** Names of the columns of rows, the parameters without those that were grouped over. */
interface ColumnNames {
  readonly parameters: readonly string[];
  readonly metrics: readonly string[];
}

/** Parameters and metrics that a line has room for. */
const MOST = { parameters: 6, metrics: 4 };

/** Those that were asked for, or the most usual ones. */
const shownMetrics = (metrics: readonly string[], asked: readonly string[] | undefined): readonly string[] => {
  if (asked !== undefined) return asked;
  const divergence = metrics.find((name) => name.startsWith("divergence/"));
  const first = ["accuracy", heldOutReward, "reward", "loss", ...(divergence === undefined ? [] : [divergence])].filter(
    (name) => metrics.includes(name),
  );
  return [...new Set([...first, ...metrics])].slice(0, Math.max(MOST.metrics, first.length));
};

const figure = (cell: FlatCell): string | undefined => {
  if (typeof cell !== "number") return cell === undefined ? undefined : String(cell);
  return Number.isInteger(cell) ? String(cell) : String(Number(cell.toPrecision(4)));
};

/** A cell of a table: four digits of a number, and no control characters. */
export const shownCell = (cell: FlatCell): Cell => {
  if (typeof cell === "number") return Number.isFinite(cell) ? Number(cell.toPrecision(4)) : String(cell);
  return cell === undefined ? undefined : visible(String(cell));
};

const column = (rows: FlatTable, name: string): ((row: readonly FlatCell[]) => FlatCell) => {
  const i = rows.columns.indexOf(name);
  return (row) => row[i];
};

/** `0.61 ± 0.02`, or `0.61 [0.57, 0.64]`. */
const meanCell = (rows: FlatTable, name: string, uncertainty: Uncertainty): ((row: readonly FlatCell[]) => Cell) => {
  const mean = column(rows, name);
  const [first, second] = besideMean(uncertainty).map((end) => column(rows, `${name}/${end}`));
  return (row) => {
    const [center, a] = [figure(mean(row)), figure(first!(row))];
    if (center === undefined || a === undefined) return center;
    return uncertainty === "standard-error" ? `${center} ± ${a}` : `${center} [${a}, ${figure(second!(row))}]`;
  };
};

interface Shown {
  readonly head: string;
  readonly cell: (row: readonly FlatCell[]) => Cell;
}

const section = (
  rows: FlatTable,
  file: FlatCell,
  names: ColumnNames,
  options: SectionOptions,
): { lines: string; hidden: string[] } => {
  const fileOf = column(rows, "file");
  const own = rows.rows.filter((row) => fileOf(row) === file);
  const differs = (name: string): boolean => new Set(own.map(column(rows, name))).size > 1;
  const telling = names.parameters.filter((name) => options.parameter !== undefined || differs(name));
  const parameters = options.parameter === undefined ? telling.slice(0, MOST.parameters) : telling;
  const known = names.metrics.filter((name) => own.map(column(rows, name)).some((cell) => cell !== undefined));
  const metrics = shownMetrics(known, options.metric);
  const labelled = options.over === undefined && (differs("label") || parameters.length === 0);
  const plain = (name: string, head = visible(name)): Shown => {
    const read = column(rows, name);
    return { head, cell: (row) => shownCell(read(row)) };
  };
  const shown: Shown[] = [
    ...(labelled ? [plain("label", "run")] : []),
    ...parameters.map((name) => plain(name)),
    ...(options.over === undefined ? [] : [plain("runs")]),
    ...metrics.map((name) =>
      options.over === undefined ? plain(name) : { head: visible(name), cell: meanCell(rows, name, options.interval) },
    ),
  ];
  const lines = table(
    shown.map(({ head }) => head),
    own.map((row) => shown.map(({ cell }) => cell(row))),
  );
  return { lines, hidden: [...telling.slice(parameters.length), ...known.filter((name) => !metrics.includes(name))] };
};

/** Columns that are named one by one. */
const NAMED = 12;

/** Prints a table for each file; says which columns there are besides. */
export const resultSections = (
  rows: FlatTable,
  names: ColumnNames,
  options: SectionOptions,
  { output, errors, colors }: Terminal,
): void => {
  const files = [...new Set(rows.rows.map(column(rows, "file")).map(String))].toSorted();
  const hidden = new Set<string>();
  files.forEach((file, i) => {
    const shown = section(rows, file, names, options);
    if (files.length > 1) output.write(`${i === 0 ? "" : "\n"}${visible(file)}\n\n`);
    output.write(`${shown.lines}\n`);
    for (const name of shown.hidden) hidden.add(name);
  });
  if (hidden.size === 0) return;
  const named = [...hidden].slice(0, NAMED).map(visible).join(", ");
  const more = hidden.size > NAMED ? ` and ${hidden.size - NAMED} more` : "";
  errors.write(`${colors.dim(`\nnot shown: ${named}${more}; --parameter, --metric, --csv and --json show them`)}\n`);
};
