/**
 * The rows of tables, Parquet or CSV, as JSON lines. The files are strangers': nothing that they or their names say
 * reaches any other file.
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import { writeWhole } from "../../files/atomic-file.ts";
import type { Columns } from "../../tasks/prompts/data-source.ts";
import { jsonLinesLimits } from "../../tasks/prompts/json-lines.ts";
import { identifier, literal, shutOff, withDatabase } from "../../files/database.ts";
import { templateHint } from "../../tasks/prompts/row-keys.ts";

/** Columns that an error names at most. */
const shown = 20;

/** Those that are read. `RangeError` when one that is needed is not there. */
const chosen = (there: readonly string[], { needed, known }: Columns): readonly string[] => {
  const missing = needed.find((name) => !there.includes(name));
  if (missing !== undefined)
    throw new RangeError(`expected a column ${JSON.stringify(missing)}, got ${there.slice(0, shown).join(", ")}`);
  const read = [...needed, ...known.filter((name) => there.includes(name))];
  if (read.length > 0) return read;
  throw new RangeError(
    `expected one of the columns ${known.join(", ")}, got ${there.slice(0, shown).join(", ")}; ${templateHint(there)}`,
  );
};

/** How tables are written. */
export type TableKind = "parquet" | "csv" | "tsv";

/** Which columns of a file of fixed ways to write cells are texts, as they are: nothing is guessed of them. */
const csvOptions = (kind: "csv" | "tsv", gzipped: boolean): string =>
  [
    "all_varchar = true",
    "header = true",
    `delim = ${kind === "csv" ? "','" : String.raw`'\t'`}`,
    `quote = '"'`,
    `escape = '"'`,
    "strict_mode = true",
    `max_line_size = ${jsonLinesLimits.lineBytes}`,
    `compression = '${gzipped ? "gzip" : "none"}'`,
  ].join(", ");

const tableOf = (kind: TableKind, paths: readonly string[]): string => {
  const files = `[${paths.map(literal).join(", ")}]`;
  if (kind === "parquet") return `read_parquet(${files})`;
  return `read_csv(${files}, ${csvOptions(kind, paths[0]!.toLowerCase().endsWith(".gz"))})`;
};

/** A column's value: an empty cell of a CSV is an empty text. */
const cellOf = (kind: TableKind, name: string): string =>
  kind === "parquet" ? identifier(name) : `coalesce(${identifier(name)}, '')`;

const rowsOf = async (connection: DuckDBConnection, sql: string): Promise<string[]> =>
  (await connection.runAndReadAll(sql)).getRows().map(([value]) => String(value));

/** Each row as a line, as long as there are no more than a task can read. */
async function* linesOf(
  connection: DuckDBConnection,
  table: string,
  cells: readonly (readonly [name: string, cell: string])[],
): AsyncGenerator<Uint8Array> {
  const fields = cells.map(([name, cell]) => `${identifier(name)} := ${cell}`).join(", ");
  const result = await connection.stream(`SELECT CAST(to_json(struct_pack(${fields})) AS VARCHAR) FROM ${table}`);
  let [lines, bytes] = [0, 0];
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const text = Buffer.from(
      chunk
        .getRows()
        .map(([line]) => `${String(line)}\n`)
        .join(""),
    );
    [lines, bytes] = [lines + chunk.rowCount, bytes + text.length];
    if (lines > jsonLinesLimits.lines) throw new RangeError(`expected at most ${jsonLinesLimits.lines} rows, got more`);
    if (bytes > jsonLinesLimits.bytes)
      throw new RangeError(`expected at most ${jsonLinesLimits.bytes} bytes of text, got more`);
    yield text;
  }
}

/** What the database says of a file, in a few words: it quotes lines of the file, and lists all of its options. */
const reason = (cause: unknown): string => {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(0, 4)
    .join("; ")
    .slice(0, 400);
};

const columnsOf = (connection: DuckDBConnection, table: string): Promise<string[]> =>
  rowsOf(connection, `SELECT column_name FROM (DESCRIBE SELECT * FROM ${table})`);

/** The columns of a table, in their order. `RangeError` that starts with its path for what is no such file. */
export const tableColumns = async (kind: TableKind, path: string): Promise<readonly string[]> => {
  try {
    return await withDatabase(async (connection) => {
      await shutOff(connection, [path]);
      return columnsOf(connection, tableOf(kind, [path]));
    });
  } catch (cause) {
    throw new RangeError(`${path}: ${reason(cause)}`, { cause });
  }
};

/**
 * Writes the rows of tables of the same columns, one file after another, as JSON lines, whole or not at all. Cells of a
 * CSV are texts; its first line names the columns. `RangeError` that starts with the first file's path for what is no
 * such file, for a column that is not there, and for more than a task can read.
 */
export const writeTableLines = async (
  kind: TableKind,
  paths: readonly string[],
  columns: Columns,
  target: string,
): Promise<void> => {
  const table = tableOf(kind, paths);
  try {
    await withDatabase(async (connection) => {
      await shutOff(connection, paths);
      const there = await columnsOf(connection, table);
      const cells = chosen(there, columns).map((name) => [name, cellOf(kind, name)] as const);
      await writeWhole(target, linesOf(connection, table, cells));
    });
  } catch (cause) {
    throw new RangeError(`${paths[0]}: ${reason(cause)}`, { cause });
  }
};
