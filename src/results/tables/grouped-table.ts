/** Results over seeds, or over any other parameter: rows that differ in nothing else become one. */
import type { Json } from "../../files/json.ts";
import type { ResultTable } from "./result-table.ts";

/** Runs that differ in nothing but what is grouped over. */
export interface ResultGroup {
  /** The folder of the runs' experiment file. */
  readonly parent: string;
  /** Beside `parameters` of the table. */
  readonly parameters: readonly (Json | undefined)[];
  /** Runs in the group. */
  readonly runs: number;
  /** Beside `metrics` of the table: the values that the group's runs have, NaN among them. */
  readonly values: readonly (readonly number[])[];
}

/** Groups in the order in which the table has their first run. */
export interface GroupedTable {
  readonly parameters: readonly string[];
  readonly metrics: readonly string[];
  readonly groups: readonly ResultGroup[];
}

/**
 * Groups the rows over some parameters, which are then no columns any more. `RangeError` for one that the runs do not
 * differ in.
 */
export const groupOver = (table: ResultTable, over: readonly string[]): GroupedTable => {
  for (const pointer of over) {
    if (table.parameters.includes(pointer)) continue;
    throw new RangeError(
      "results: expected to group over a parameter that differs, one of " +
        `${table.parameters.join(", ") || "none"}, got "${pointer}"`,
    );
  }
  const kept = table.parameters.flatMap((pointer, i) => (over.includes(pointer) ? [] : [i]));
  const groups = new Map<
    string,
    { parent: string; parameters: (Json | undefined)[]; runs: number; values: number[][] }
  >();
  for (const row of table.rows) {
    const { parent } = row.run;
    const parameters = kept.map((i) => row.parameters[i]);
    // A list keeps what is not there as null, which no value of an experiment is.
    const key = JSON.stringify([parent, parameters]);
    const group = groups.get(key) ?? { parent, parameters, runs: 0, values: table.metrics.map(() => []) };
    group.runs += 1;
    row.metrics.forEach((value, i) => {
      if (value !== undefined) group.values[i]!.push(value);
    });
    groups.set(key, group);
  }
  return { parameters: kept.map((i) => table.parameters[i]!), metrics: table.metrics, groups: [...groups.values()] };
};
