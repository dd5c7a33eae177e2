/** Which runs a table shows, in which order: plain lists, so that thousands stay quick. */
import type { RunList, RunRow, RunState, Value } from "../../answers.ts";
import { valueText } from "../../../evaluation/claims/value-text.ts";
import { runName, states } from "../parts/words.ts";

/** A run with what is looked for in it. */
export interface Listed {
  readonly row: RunRow;
  readonly name: string;
  /** In small letters. */
  readonly words: string;
}

/** The runs, ready to be looked for. */
export const listed = (rows: readonly RunRow[]): readonly Listed[] =>
  rows.map((row) => {
    const name = runName(row);
    const axes = Object.entries(row.axes).map(([pointer, value]) => `${pointer}=${valueText(value)}`);
    const words = [name, row.key, row.file, row.status, row.error ?? "", ...axes].join("\n").toLowerCase();
    return { row, name, words };
  });

/** Those that have every word of the text. */
export const matching = (runs: readonly Listed[], text: string): readonly Listed[] => {
  const words = text
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== "");
  return words.length === 0 ? runs : runs.filter((run) => words.every((word) => run.words.includes(word)));
};

/** Columns that every table of runs has; others are named `=NAME`. */
export type FixedColumn = "run" | "state" | "progress" | "headline" | "started" | "file";

type Sortable = string | number | undefined;

const plain = (value: Value | null | undefined): Sortable =>
  value === null || value === undefined ? undefined : typeof value === "number" ? value : valueText(value);

const fixed: Readonly<Record<FixedColumn, (run: Listed) => Sortable>> = {
  run: ({ name }) => name,
  file: ({ row }) => row.file,
  state: ({ row }) => states.indexOf(row.status),
  progress: ({ row }) => (row.steps === undefined || row.steps === 0 ? undefined : row.step / row.steps),
  headline: ({ row }) => row.headline?.value,
  started: ({ row }) => row.started,
};

const isFixed = (column: string): column is FixedColumn => Object.hasOwn(fixed, column);

/** What a run has in a column; nothing for a column that is not there. */
const valueIn = (column: string, names: readonly string[]): ((run: Listed) => Sortable) => {
  if (isFixed(column)) return fixed[column];
  const at = names.indexOf(column.slice(1));
  return at < 0 ? () => undefined : ({ row }) => plain(row.cells[at]);
};

const collator = new Intl.Collator("en", { numeric: true });

const compared = (a: Sortable, b: Sortable): number =>
  typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b));

/** Sorted by a column, `-NAME` from the greatest; runs without a value are last either way. */
export const sorted = (runs: readonly Listed[], sort: string, names: readonly string[]): readonly Listed[] => {
  if (sort === "") return runs;
  const sign = sort.startsWith("-") ? -1 : 1;
  const read = valueIn(sort.replace(/^-/u, ""), names);
  return runs
    .map((run) => ({ run, value: read(run) }))
    .toSorted((a, b) => {
      if (a.value === undefined || b.value === undefined)
        return Number(a.value === undefined) - Number(b.value === undefined);
      return sign * compared(a.value, b.value);
    })
    .map(({ run }) => run);
};

/** A line of the table: a heading, or a run. */
export type Line =
  | { readonly heading: string; readonly statuses: readonly RunState[]; readonly run?: never }
  | { readonly run: Listed; readonly heading?: never };

const headingIn = (group: string, names: readonly string[]): ((run: Listed) => string) => {
  if (group === "state") return ({ row }) => row.status;
  if (group === "file") return ({ row }) => row.file;
  const at = names.indexOf(group.slice(1));
  return ({ row }) => valueText(row.cells[at] ?? "none");
};

/** Groups of runs with their headings, in the order of the headings; the runs of one keep their order. */
export const grouped = (
  runs: readonly Listed[],
  group: string,
  names: readonly string[],
): ReadonlyMap<string, readonly Listed[]> => {
  if (group === "") return new Map([["", runs]]);
  const read = headingIn(group, names);
  const groups = new Map<string, Listed[]>();
  for (const run of runs) {
    const heading = read(run);
    const known = groups.get(heading);
    if (known === undefined) groups.set(heading, [run]);
    else known.push(run);
  }
  return new Map([...groups].toSorted(([a], [b]) => collator.compare(a, b)));
};

/** The lines of one page: its runs, and the heading of each group that it has a run of. */
export const linesOf = (
  groups: ReadonlyMap<string, readonly Listed[]>,
  from: number,
  count: number,
): readonly Line[] => {
  let at = 0;
  return [...groups].flatMap(([heading, runs]) => {
    const shown = runs.slice(Math.max(0, from - at), Math.max(0, from + count - at));
    at += runs.length;
    if (shown.length === 0) return [];
    const lines = shown.map((run): Line => ({ run }));
    return heading === "" ? lines : [{ heading, statuses: runs.map(({ row }) => row.status) }, ...lines];
  });
};

/** What a column of the answer is, by its name. */
export const kindOf = ({ columns }: Pick<RunList, "columns">, name: string): "parameter" | "metric" =>
  columns.find((column) => column.name === name)?.kind ?? "parameter";
