/** Results as rows of scalars under named columns: what CSV, JSON, Parquet and a terminal show. */
import { basename } from "node:path";
import type { Json } from "../../files/json.ts";
import { meanInterval, estimate } from "./estimate.ts";
import type { GroupedTable } from "./grouped-table.ts";
import { compareValues, type JoinedRuns } from "./result-table.ts";

/** A scalar, or nothing. Lists are their JSON. */
export type FlatCell = string | number | boolean | undefined;

/** Rows of one length under columns with different names. */
export interface FlatTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly FlatCell[])[];
}

/** How sure a mean is said to be. */
export type Uncertainty = "standard-error" | "bootstrap";

const cellOf = (value: Json | undefined): FlatCell => {
  if (value === undefined || value === null) return undefined;
  return typeof value === "object" ? JSON.stringify(value) : value;
};

/** Names as they are, but for one that is taken. */
const named = (names: readonly string[], taken: readonly string[]): string[] =>
  names.map((name) => (taken.includes(name) ? `metrics/${name}` : name));

const about = ["file", "run", "label", "status", "id", "folder", "milliseconds"] as const;

/**
 * A row a run: `file`, `run`, `label`, `status`, `id`, `folder`, `milliseconds`, the parameters by their pointers, the
 * metrics by their names.
 */
export const flatRuns = ({ parameters, metrics, rows }: JoinedRuns): FlatTable => ({
  columns: [...about, ...parameters, ...named(metrics, about)],
  rows: rows.map(({ run: { folder, parent, record }, ...row }) => [
    basename(parent),
    record.name,
    record.label,
    record.status,
    record.id,
    folder,
    record.milliseconds,
    ...row.parameters.map(cellOf),
    ...row.metrics,
  ]),
});

const estimated = (values: readonly number[], uncertainty: Uncertainty): FlatCell[] => {
  const { n = 0, mean, standardError } = estimate(values) ?? {};
  return uncertainty === "standard-error"
    ? [mean, standardError, n]
    : [mean, ...(meanInterval(values) ?? [undefined, undefined]), n];
};

/** The columns beside a metric's mean. */
export const besideMean = (uncertainty: Uncertainty): readonly string[] =>
  uncertainty === "standard-error" ? ["standard-error", "n"] : ["low", "high", "n"];

/**
 * A row a group: `file`, the parameters, `runs`, and for each metric its mean under its name, and
 * `<name>/standard-error` or `/low` and `/high`, and `/n`.
 */
export const flatGroups = ({ parameters, metrics, groups }: GroupedTable, uncertainty: Uncertainty): FlatTable => ({
  columns: [
    "file",
    ...parameters,
    "runs",
    ...named(metrics, ["file", "runs"]).flatMap((name) => [
      name,
      ...besideMean(uncertainty).map((end) => `${name}/${end}`),
    ]),
  ],
  rows: groups.map(({ parent, runs, values, ...group }) => [
    basename(parent),
    ...group.parameters.map(cellOf),
    runs,
    ...values.flatMap((each) => estimated(each, uncertainty)),
  ]),
});

/** Sorts by one column, rows without a value last. `RangeError` for a column that is not there. */
export const sortedBy = ({ columns, rows }: FlatTable, column: string, descending: boolean): FlatTable => {
  const i = columns.indexOf(column);
  if (i === -1) throw new RangeError(`results: expected one of ${columns.join(", ")} to sort by, got "${column}"`);
  const [present, absent] = [rows.filter((row) => row[i] !== undefined), rows.filter((row) => row[i] === undefined)];
  const ordered = present.toSorted((a, b) => compareValues(a[i], b[i]) * (descending ? -1 : 1));
  return { columns, rows: [...ordered, ...absent] };
};
