/**
 * `index.jsonl` beside the run folders of a file: what their manifests and summaries say, so that thousands are read at
 * once. A cache and nothing else: what it says of a run counts while the run's manifest is the file that it was read
 * from, and a damaged index is as good as none.
 *
 * A line holds one column, such as the loss of all runs: its distinct values, and for each run the index of its own
 * among them, -1 where it has none. Most of what the runs of a file say is the same, so that this is small, and the
 * records that are read share what they have in common.
 */
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isObject, type Json } from "../../files/json.ts";
import { readBounded } from "../../files/regular-file.ts";
import { checkedValue, numberOf, recordWith, type RunRecord } from "./run-record.ts";

/** A run in an index. */
export interface IndexedRun {
  /** Of the manifest that it was made of. */
  readonly stamp: string;
  readonly record: RunRecord;
}

/** A file that is larger is not read, and made again. */
const LARGEST = 2 ** 28;

const pathOf = (parent: string): string => join(parent, "index.jsonl");

interface Column {
  /** What the value is of: the run's folder, or a part of its record. */
  readonly of: string;
  readonly key: string;
  readonly distinct: readonly Json[];
  /** For each run, the index of its value in `distinct`; -1 where it has none. */
  readonly places: readonly number[];
}

const columnOf = (line: string): Column => {
  const { of, key, distinct, places } = JSON.parse(line) as Readonly<Record<string, Json>>;
  if (typeof of !== "string" || typeof key !== "string" || !Array.isArray(distinct) || !Array.isArray(places)) {
    throw new TypeError("index: expected a column, got something else");
  }
  const fits = (index: unknown): boolean =>
    Number.isInteger(index) && (index as number) >= -1 && (index as number) < distinct.length;
  if (!places.every(fits))
    throw new TypeError(`index: expected indices in ${distinct.length} values of ${key}, got others`);
  return { of, key, distinct, places };
};

/**
 * Has nothing, so that every key is like the others, `__proto__` too; what inherits from it is still laid out as an
 * object and not as a dictionary.
 */
const nothing = Object.create(null) as object;

/** What the columns of one kind say of each run. */
const rowsOf = <T>(
  columns: readonly Column[],
  of: string,
  count: number,
  check: (value: Json, key: string) => T,
): Record<string, T>[] => {
  const rows = Array.from({ length: count }, () => Object.create(nothing) as Record<string, T>);
  for (const { key, distinct, places } of columns.filter((column) => column.of === of)) {
    if (places.length !== count)
      throw new TypeError(`index: expected ${count} indices of ${key}, got ${places.length}`);
    const checked = distinct.map((value) => check(value, key));
    for (let i = 0; i < count; i += 1) if (places[i] !== -1) rows[i]![key] = checked[places[i]!]!;
  }
  return rows;
};

const textOf = (value: Json): string => {
  if (typeof value !== "string") throw new TypeError(`index: expected a text, got ${typeof value}`);
  return value;
};

const metricOf = (value: Json, name: string): number => {
  const number = numberOf(value);
  if (number === undefined) throw new TypeError(`index: expected numbers of ${name}, got others`);
  return number;
};

const entriesOf = (columns: readonly Column[]): Map<string, IndexedRun> => {
  const count = columns[0]?.places.length ?? 0;
  const runs = rowsOf(columns, "run", count, textOf);
  const facts = rowsOf(columns, "facts", count, (value) => value);
  const values = rowsOf(columns, "values", count, checkedValue);
  const axes = rowsOf(columns, "axes", count, checkedValue);
  const metrics = rowsOf(columns, "metrics", count, metricOf);
  const entries = new Map<string, IndexedRun>();
  for (let i = 0; i < count; i += 1) {
    const { folder, stamp } = runs[i]!;
    if (folder === undefined || stamp === undefined)
      throw new TypeError("index: expected each run's folder and stamp, got fewer");
    entries.set(folder, {
      stamp,
      record: recordWith(facts[i]!, { values: values[i]!, axes: axes[i]!, metrics: metrics[i]! }),
    });
  }
  return entries;
};

/**
 * What the index in `parent` says, by the folder's name; nothing where there is none, or one that is damaged
 * anywhere.
 */
export const readIndex = (parent: string): ReadonlyMap<string, IndexedRun> => {
  try {
    const lines = readBounded(pathOf(parent), LARGEST).bytes.toString().split("\n");
    return entriesOf(lines.filter((line) => line !== "").map(columnOf));
  } catch {
    return new Map();
  }
};

/** Collects the values of one column: run after run, as the same object, as an equal one, or for the first time. */
class ColumnWriter {
  readonly #values = new Map<Json, number>();
  readonly #texts = new Map<string, number>();
  readonly #distinct: Json[] = [];
  readonly #indices: number[] = [];

  /** Runs that say nothing are left out. */
  add(run: number, value: Json): void {
    while (this.#indices.length < run) this.#indices.push(-1);
    this.#indices.push(this.#indexOf(value));
  }

  column(of: string, key: string, count: number): Column {
    while (this.#indices.length < count) this.#indices.push(-1);
    const distinct = this.#distinct.map((value) =>
      typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
    );
    return { of, key, distinct, places: this.#indices };
  }

  #indexOf(value: Json): number {
    const known = this.#values.get(value);
    if (known !== undefined) return known;
    const text = isObject(value) || Array.isArray(value) ? JSON.stringify(value) : undefined;
    const equal = text === undefined ? undefined : this.#texts.get(text);
    const index = equal ?? this.#distinct.push(value) - 1;
    this.#values.set(value, index);
    if (text !== undefined) this.#texts.set(text, index);
    return index;
  }
}

const columnsOf = (runs: readonly (readonly [string, IndexedRun])[]): Column[] => {
  const writers = new Map<string, Map<string, ColumnWriter>>();
  const add = (of: string, run: number, row: Readonly<Record<string, Json | undefined>>): void => {
    const known = writers.get(of) ?? new Map<string, ColumnWriter>();
    writers.set(of, known);
    for (const [key, value] of Object.entries(row)) {
      if (value === undefined) continue;
      const writer = known.get(key) ?? new ColumnWriter();
      known.set(key, writer);
      writer.add(run, value);
    }
  };
  runs.forEach(([folder, { stamp, record }], run) => {
    const { values, axes, metrics, ...facts } = record;
    add("run", run, { folder, stamp });
    for (const [of, row] of Object.entries({ facts, values, axes, metrics })) add(of, run, row);
  });
  return [...writers].flatMap(([of, known]) => [...known].map(([key, writer]) => writer.column(of, key, runs.length)));
};

/**
 * Replaces the index in `parent` by one of these runs, by the names of their folders. Where nothing can be written
 * nothing is: all is found without it.
 */
export const writeIndex = (parent: string, runs: readonly (readonly [string, IndexedRun])[]): void => {
  const temporary = join(parent, `.index.jsonl.${process.pid}.part`);
  try {
    writeFileSync(
      temporary,
      columnsOf(runs)
        .map((column) => `${JSON.stringify(column)}\n`)
        .join(""),
    );
    renameSync(temporary, pathOf(parent));
  } catch {
    rmSync(temporary, { force: true });
  }
};
