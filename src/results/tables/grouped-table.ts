/** Results over seeds, or over any other parameter: rows that differ in nothing else become one. */
import { isSeed } from "../../evaluation/claims/seeds.ts";
import type { Json } from "../../files/json.ts";
import type { ResultTable } from "./result-table.ts";
import { runColumns } from "./run-columns.ts";

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

/** Whether a column is grouped over: it is named, is below what is named, or is a seed as one that is named is. */
const overOf = (over: readonly string[]): ((name: string) => boolean) => {
  const seeds = over.some(isSeed);
  return (name) =>
    (seeds && isSeed(name)) || over.some((pointer) => name === pointer || name.startsWith(`${pointer}/`));
};

const checkOver = ({ parameters, rows }: ResultTable, over: readonly string[]): void => {
  const { read } = runColumns(rows.map(({ run }) => run));
  for (const name of over) {
    if (isSeed(name) || parameters.some(overOf([name])) || read(name).some((cell) => cell !== undefined)) continue;
    throw new RangeError(
      `results: expected to group over a parameter that runs have, such as one of ` +
        `${parameters.join(", ") || "/seed"}, got "${name}"`,
    );
  }
};

const groupsOf = ({ metrics, rows }: ResultTable, kept: readonly number[]): readonly ResultGroup[] => {
  const groups = new Map<
    string,
    { parent: string; parameters: (Json | undefined)[]; runs: number; values: number[][] }
  >();
  for (const row of rows) {
    const { parent } = row.run;
    const parameters = kept.map((i) => row.parameters[i]);
    // A list keeps what is not there as null, which no value of an experiment is.
    const key = JSON.stringify([parent, parameters]);
    const group = groups.get(key) ?? { parent, parameters, runs: 0, values: metrics.map(() => []) };
    group.runs += 1;
    row.metrics.forEach((value, i) => {
      if (value !== undefined) group.values[i]!.push(value);
    });
    groups.set(key, group);
  }
  return [...groups.values()];
};

/** Groups the rows over some parameters, which are then no columns any more; over one seed is over all of them.
 * `RangeError` for a parameter that no run has. */
export const groupOver = (table: ResultTable, over: readonly string[]): GroupedTable => {
  checkOver(table, over);
  const isOver = overOf(over);
  const kept = table.parameters.flatMap((name, i) => (isOver(name) ? [] : [i]));
  return { parameters: kept.map((i) => table.parameters[i]!), metrics: table.metrics, groups: groupsOf(table, kept) };
};

/**
 * The groups with the columns that are asked for, and of the others those in which groups differ that are alike in
 * what is asked for: what is not asked for is no reason to take a mean over it.
 */
export const withColumns = ({ parameters, metrics, groups }: GroupedTable, asked: readonly string[]): GroupedTable => {
  const isAsked = parameters.map((name) => asked.includes(name));
  const key = (group: ResultGroup): string =>
    JSON.stringify([group.parent, group.parameters.filter((_, i) => isAsked[i])]);
  const first = new Map<string, ResultGroup>();
  const shown = new Set(parameters.filter((_, i) => isAsked[i]));
  for (const group of groups) {
    const alike = first.get(key(group)) ?? group;
    first.set(key(group), alike);
    group.parameters.forEach((cell, i) => {
      if (JSON.stringify(cell) !== JSON.stringify(alike.parameters[i])) shown.add(parameters[i]!);
    });
  }
  const kept = parameters.flatMap((name, i) => (shown.has(name) ? [i] : []));
  return {
    parameters: kept.map((i) => parameters[i]!),
    metrics,
    groups: groups.map((group) => ({ ...group, parameters: kept.map((i) => group.parameters[i]) })),
  };
};
