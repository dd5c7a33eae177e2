/** DuckDB in memory: filled from what was read, bounded, and shut off from everything else before anybody's SQL runs. */
import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import type { FlatCell, FlatTable } from "./flat-table.ts";

/** A text as an SQL literal. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A name as an SQL identifier. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Memory that a database may take. What needs more is an error: nothing is written beside it. */
const MEMORY = "2GB";

/** Calls `work` with an empty database in memory, and closes it. No extension is ever loaded. */
export const withDatabase = async <T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> => {
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: MEMORY,
    temp_directory: "",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  try {
    const connection = await instance.connect();
    try {
      return await work(connection);
    } finally {
      connection.closeSync();
    }
  } finally {
    instance.closeSync();
  }
};

/** From now on the database reaches these files and no others, and that cannot be changed. */
export const shutOff = async (connection: DuckDBConnection, files: readonly string[]): Promise<void> => {
  await connection.run(`SET allowed_paths = [${files.map(literal).join(", ")}]`);
  await connection.run("SET enable_external_access = false");
  await connection.run("SET lock_configuration = true");
};

/** The type of a column as SQL has it. */
export type ColumnType = "DOUBLE" | "BIGINT" | "BOOLEAN" | "VARCHAR" | "JSON" | "TIMESTAMPTZ";

/** The type that holds all cells: numbers and truth values as such, anything mixed as text. */
const typeOf = (cells: readonly FlatCell[]): ColumnType => {
  const kinds = new Set(cells.filter((cell) => cell !== undefined).map((cell) => typeof cell));
  if (kinds.size !== 1) return "VARCHAR";
  if (kinds.has("number")) return "DOUBLE";
  return kinds.has("boolean") ? "BOOLEAN" : "VARCHAR";
};

/** Creates a table of columns of these types and fills it with rows as they come. */
export const fillTable = async (
  connection: DuckDBConnection,
  name: string,
  columns: Readonly<Record<string, ColumnType>>,
  rows: AsyncIterable<readonly FlatCell[]> | Iterable<readonly FlatCell[]>,
): Promise<void> => {
  const types = Object.values(columns);
  const fields = Object.entries(columns).map(([column, type]) => `${identifier(column)} ${type}`);
  await connection.run(`CREATE TABLE ${identifier(name)} (${fields.join(", ")})`);
  const appender = await connection.createAppender(name);
  for await (const row of rows) {
    row.forEach((cell, i) => {
      if (cell === undefined) appender.appendNull();
      else if (typeof cell === "number" && types[i] === "DOUBLE") appender.appendDouble(cell);
      else if (typeof cell === "number" && types[i] === "BIGINT") appender.appendBigInt(BigInt(cell));
      else if (typeof cell === "boolean" && types[i] === "BOOLEAN") appender.appendBoolean(cell);
      else appender.appendVarchar(String(cell));
    });
    appender.endRow();
  }
  appender.closeSync();
};

/** Creates a table with these rows. A column's type is that of its cells unless it is given. */
export const createTable = (
  connection: DuckDBConnection,
  name: string,
  { columns, rows }: FlatTable,
  given: Readonly<Record<string, ColumnType>> = {},
): Promise<void> => {
  const types = columns.map((column, i) => [column, given[column] ?? typeOf(rows.map((row) => row[i]))] as const);
  return fillTable(connection, name, Object.fromEntries(types), rows);
};
